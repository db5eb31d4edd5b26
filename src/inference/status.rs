//! Which device answers now, and what the user should know of the devices: shared by the inference
//! thread, the warm-up and whoever shows it.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::answer::DeviceInfo;
use crate::jobs::Wake;

/// Written by the warm-up and the inference thread, read by everyone.
#[derive(Clone)]
pub(super) struct DeviceStatus {
    shared: Arc<Shared>,
}

struct Shared {
    cpu: DeviceInfo,
    gpu: Option<DeviceInfo>,
    state: AtomicU8,
    notices: Mutex<Vec<String>>,
    wake: Mutex<Option<Wake>>,
}

/// The adapter's kernels are being made ready; the processor answers.
const COLD: u8 = 0;
/// The adapter answers.
const READY: u8 = 1;
/// There is no adapter, or it failed: the processor answers for good.
const NONE: u8 = 2;

impl DeviceStatus {
    /// - `gpu`: the adapter, if one is used
    /// - `ready`: at once, for whoever demands the adapter and waits for its kernels
    pub(super) fn new(cpu: DeviceInfo, gpu: Option<DeviceInfo>, ready: bool) -> Self {
        let state = match (&gpu, ready) {
            (None, _) => NONE,
            (Some(_), true) => READY,
            (Some(_), false) => COLD,
        };
        let shared = Shared {
            cpu,
            gpu,
            state: AtomicU8::new(state),
            notices: Mutex::default(),
            wake: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Whether the adapter answers.
    pub(super) fn is_ready(&self) -> bool {
        self.shared.state.load(Ordering::Acquire) == READY
    }

    /// The device that answers the next question.
    pub(super) fn current(&self) -> &DeviceInfo {
        match &self.shared.gpu {
            Some(gpu) if self.is_ready() => gpu,
            _ => &self.shared.cpu,
        }
    }

    /// From now on the adapter answers; no effect on one that has failed meanwhile.
    pub(super) fn ready(&self) {
        let cold = self.shared.state.compare_exchange(COLD, READY, Ordering::AcqRel, Ordering::Acquire);
        if cold.is_ok() {
            self.changed();
        }
    }

    /// From now on the processor answers, and the user is told why.
    pub(super) fn lost(&self, why: String) {
        self.shared.state.store(NONE, Ordering::Release);
        self.notice(why);
    }

    /// Something that the user should know.
    pub(super) fn notice(&self, text: String) {
        tracing::warn!("{text}");
        lock(&self.shared.notices).push(text);
        self.changed();
    }

    /// What the user should be told, once.
    pub(super) fn take_notices(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.shared.notices))
    }

    /// Calls `wake` whenever the device changes or a notice comes, and once now.
    pub(super) fn watch(&self, wake: Wake) {
        *lock(&self.shared.wake) = Some(wake);
        self.changed();
    }

    fn changed(&self) {
        let wake = lock(&self.shared.wake).clone();
        if let Some(wake) = wake {
            wake();
        }
    }

    #[cfg(test)]
    pub(super) fn has_failed(&self) -> bool {
        self.shared.state.load(Ordering::Acquire) == NONE
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for DeviceStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceStatus").field("current", self.current()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    fn info(name: &str) -> DeviceInfo {
        DeviceInfo { backend: String::new(), name: name.to_owned() }
    }

    #[test]
    fn the_processor_answers_until_the_adapter_is_ready_and_again_when_it_is_lost() {
        let status = DeviceStatus::new(info("processor"), Some(info("adapter")), false);
        let woken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&woken);
        status.watch(Arc::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        }));
        let mut before = woken.load(Ordering::Relaxed);
        let mut wakes = || {
            let now = woken.load(Ordering::Relaxed);
            std::mem::replace(&mut before, now) < now
        };
        assert_eq!(status.current().name, "processor");
        status.ready();
        assert_eq!(status.current().name, "adapter");
        assert!(wakes(), "a window shows the change at once");
        status.lost("it failed".to_owned());
        assert_eq!(status.current().name, "processor");
        assert!(wakes());
        status.ready();
        assert_eq!(status.current().name, "processor", "what is lost stays lost");
        assert_eq!(status.take_notices(), ["it failed"]);
        assert!(status.take_notices().is_empty(), "said once");
    }
}
