//! Films: a scroll through slices, a turn of the volume in 3D, frame by frame to a file.

use super::render::RenderError;
use crate::export::Film;
use crate::gpu::Gpu;
use crate::jobs::{Cancelled, JobContext};
use crate::session::VolumeView;
use crate::ui::picture::{PictureError, PictureRequest, Pictures, VolumePicture};

/// Most frames of a film: a slice each of the longest series.
pub const MOST_FRAMES: usize = 4000;

/// One frame.
#[derive(Clone, Debug)]
pub enum FilmFrame {
    /// A plane.
    Slice(Box<PictureRequest>),
    /// The volume in 3D.
    Volume(Box<VolumePicture>),
}

enum Stop {
    Cancelled(Cancelled),
    Picture(PictureError),
}

/// Draws `count` frames and writes them.
/// - `frame`: each of them, from 0; drawn in the film's size
///
/// # Errors
/// Outer: it was cancelled, and nothing was written. Inner: a picture that cannot be drawn, a file that cannot be
/// written.
pub fn write_film(
    ctx: &JobContext,
    gpu: &Gpu,
    film: &Film,
    count: usize,
    mut frame: impl FnMut(usize) -> FilmFrame,
) -> Result<Result<(), RenderError>, Cancelled> {
    let mut pictures = Pictures::new(gpu);
    let mut done = 0;
    let written = film.write(|| {
        if done >= count {
            return Ok(None);
        }
        let step = ctx.step(&format!("Frame {} of {count}", done + 1), done as f32 / count.max(1) as f32);
        step.map_err(Stop::Cancelled)?;
        let picture = match frame(done) {
            FilmFrame::Slice(request) => pictures.draw(&request),
            FilmFrame::Volume(request) => pictures.draw_volume(&request),
        };
        done += 1;
        picture.map(|picture| Some(picture.rgba)).map_err(Stop::Picture)
    });
    match written {
        Ok(written) => Ok(written.map_err(RenderError::from)),
        Err(Stop::Cancelled(cancelled)) => Err(cancelled),
        Err(Stop::Picture(error)) => Ok(Err(error.into())),
    }
}

/// The look of a frame of a whole turn, the front moving to the right.
/// - `n`: of `count` frames
pub fn turned(look: VolumeView, n: usize, count: usize) -> VolumeView {
    look.turned(std::f64::consts::TAU * n as f64 / count.max(1) as f64, 0.0)
}

/// So many of all, as evenly as can be, the first and the last among them; all where there are no more.
pub fn evenly<T: Copy>(all: &[T], count: usize) -> Vec<T> {
    if count >= all.len() || count == 0 {
        return all.to_vec();
    }
    let last = (all.len() - 1) as f64 / (count.max(2) - 1) as f64;
    (0..count).filter_map(|n| all.get((n as f64 * last).round() as usize).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_evenly_with_both_ends() {
        let all: Vec<usize> = (0..10).collect();
        assert_eq!(evenly(&all, 4), [0, 3, 6, 9]);
        assert_eq!(evenly(&all, 1), [0]);
        assert_eq!(evenly(&all, 10), all);
        assert_eq!(evenly(&all, 99), all);
        assert!(evenly::<usize>(&[], 3).is_empty());
    }

    #[test]
    fn a_whole_turn_ends_where_it_began() {
        let start = VolumeView::default();
        let quarter = turned(start, 9, 36);
        assert!((quarter.right - start.turned(std::f64::consts::FRAC_PI_2, 0.0).right).length() < 1e-9);
        assert!((turned(start, 36, 36).right - start.right).length() < 1e-9);
    }
}
