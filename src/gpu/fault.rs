//! A flag that is raised when the device fails, so that the program can go on instead of panicking.
//!
//! The window looks at it at the start of each frame: a lost device closes the drawing side and
//! opens it again, out of memory is said. wgpu's own answer to an error nobody waits for is a panic.

use std::sync::{Arc, Mutex, PoisonError};

/// What happened to the device, worst last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Fault {
    /// The driver refused a command: a defect of ours or of the driver, the device goes on.
    #[error(
        "the graphics driver refused a command. The picture may be wrong until the next change ({detail})"
    )]
    Refused {
        /// What the driver said.
        detail: String,
    },
    /// There is not enough memory on the GPU.
    #[error("the graphics memory is full. Close other programs or open a smaller series ({detail})")]
    OutOfMemory {
        /// What the driver said.
        detail: String,
    },
    /// The device is gone: unplugged, reset, driver updated.
    #[error("the graphics device was lost ({detail})")]
    Lost {
        /// What the driver said.
        detail: String,
    },
}

/// Shared between the device's callbacks and whoever looks.
#[derive(Clone, Default)]
pub struct FaultFlag(Arc<Mutex<Option<Fault>>>);

impl FaultFlag {
    /// Replaces the device's answers to a loss and to errors nobody waits for.
    /// - `wake`: called on whatever thread noticed it
    pub fn watch(device: &wgpu::Device, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (flag, wake) = (Self::default(), Arc::new(wake));
        let (at_loss, wake_at_loss) = (flag.clone(), Arc::clone(&wake));
        device.set_device_lost_callback(move |reason, detail| {
            let detail = if detail.is_empty() { format!("{reason:?}") } else { detail };
            at_loss.raise(Fault::Lost { detail });
            wake_at_loss();
        });
        let at_error = flag.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let detail = first_line(&error.to_string());
            tracing::warn!(%error, "the graphics device reported an error");
            at_error.raise(match error {
                wgpu::Error::OutOfMemory { .. } => Fault::OutOfMemory { detail },
                wgpu::Error::Validation { .. } | wgpu::Error::Internal { .. } => Fault::Refused { detail },
            });
            wake();
        }));
        flag
    }

    /// Notes a fault; a milder one does not replace a graver one that nobody has seen yet.
    pub fn raise(&self, fault: Fault) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|present| *present < fault) {
            *slot = Some(fault);
        }
    }

    /// The gravest fault since the last call.
    pub fn take(&self) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether the device is gone. The fault stays for [`FaultFlag::take`].
    pub fn is_lost(&self) -> bool {
        matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), Some(Fault::Lost { .. }))
    }
}

/// The part of a driver's message that fits in a sentence.
fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no detail").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_device_is_not_hidden_by_a_later_refusal() {
        let flag = FaultFlag::default();
        flag.raise(Fault::Lost { detail: "unplugged".to_owned() });
        flag.raise(Fault::Refused { detail: "late".to_owned() });
        assert!(flag.is_lost());
        assert_eq!(flag.take(), Some(Fault::Lost { detail: "unplugged".to_owned() }));
        assert_eq!(flag.take(), None);
    }
}
