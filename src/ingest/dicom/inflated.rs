//! A deflated file of several frames, inflated once for all of them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The inflated bytes while frames of the file are read. They are dropped with the last of them: a second copy
/// of the volume is not kept.
pub(in crate::ingest) struct Inflated {
    frames: usize,
    state: Mutex<Option<Held>>,
}

struct Held {
    bytes: Arc<Vec<u8>>,
    /// Frames that have not asked yet.
    left: usize,
}

impl Inflated {
    /// - `frames`: of the file
    pub(super) fn new(frames: usize) -> Self {
        Self { frames, state: Mutex::new(None) }
    }

    /// The bytes for one frame. Where they are not there, this one inflates and the others wait for it.
    /// - errors: those of `inflate`, and the next frame tries again
    pub(super) fn bytes<E>(&self, inflate: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Arc<Vec<u8>>, E> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held = match state.take() {
            Some(held) => held,
            None => Held { bytes: Arc::new(inflate()?), left: self.frames },
        };
        held.left = held.left.saturating_sub(1);
        let bytes = Arc::clone(&held.bytes);
        if held.left > 0 {
            *state = Some(held);
        }
        Ok(bytes)
    }
}

impl fmt::Debug for Inflated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inflated({} frames)", self.frames)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn all_frames_of_a_file_inflate_it_once_and_the_last_one_drops_it() {
        let (inflated, runs) = (Inflated::new(3), Cell::new(0));
        let read = || {
            let inflate = || {
                runs.set(runs.get() + 1);
                Ok::<_, ()>(vec![7; 4])
            };
            inflated.bytes(inflate).expect("inflated")
        };
        let first = read();
        assert_eq!((first.len(), Arc::strong_count(&first)), (4, 2));
        let (second, third) = (read(), read());
        assert!(Arc::ptr_eq(&first, &second) && Arc::ptr_eq(&first, &third));
        assert_eq!(runs.get(), 1);
        drop((second, third));
        assert_eq!(Arc::strong_count(&first), 1, "nobody keeps it");
        // A second look, for a picture in the list, say.
        read();
        assert_eq!(runs.get(), 2);
    }

    #[test]
    fn what_cannot_be_inflated_is_tried_again() {
        let inflated = Inflated::new(2);
        assert_eq!(inflated.bytes(|| Err("damaged")), Err("damaged"));
        assert!(inflated.bytes(|| Ok::<_, ()>(vec![1])).is_ok());
    }
}
