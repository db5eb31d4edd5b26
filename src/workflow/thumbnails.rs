//! Small pictures for the list of series, one after the other: what a job of low priority calls when
//! nothing else is being read.

use crate::geometry::{Point, Vector};
use crate::ingest::{
    IngestError, Picture, Scan, Series, coloured_picture, coloured_picture_of, preview, preview_of,
};
use crate::jobs::{Cancelled, JobContext};
use crate::session::Thumbnail;
use crate::volume::{Polarity, Preset, Reslice, Unit, Volume, Window, reslice_grey};

/// Longest side of a picture, in pixels: it is also what is shown of a series that is no volume.
const LONGEST: usize = 512;
/// The same of a coloured one, which may be a page to read.
const LONGEST_PAGE: usize = 1024;
/// Most values per pixel and axis that are averaged: larger pictures are thinned out beyond it.
const MOST_AVERAGED: usize = 8;

/// Makes the pictures of these series in this order and hands over each as soon as it is there;
/// `None` for a series that has none (pixels that cannot be decoded).
///
/// Files are read and decoded on this thread alone, one slice of a series.
/// - `which`: indices in `scan.series`
pub fn thumbnails(
    scan: &Scan,
    which: &[usize],
    ctx: &JobContext,
    mut on_picture: impl FnMut(usize, Option<Thumbnail>),
) -> Result<(), Cancelled> {
    for &index in which {
        ctx.check()?;
        let Some(series) = scan.series.get(index) else { continue };
        let picture = if series.is_coloured() {
            coloured_picture(series, ctx).map(|picture| coloured(&picture))
        } else {
            preview(series, ctx).map(|slice| thumbnail(&slice, window(series, &slice)))
        };
        match picture {
            Ok(picture) => on_picture(index, Some(picture)),
            Err(IngestError::Cancelled(stop)) => return Err(stop),
            Err(IngestError::Sentence(_) | IngestError::Unread(_)) => on_picture(index, None),
        }
    }
    Ok(())
}

/// One picture of a series that is no volume, as large as the window shows it. On the calling thread.
/// - `k`: its number, below [`Series::pictures`]
/// - errors: it has no pixels, or they cannot be decoded; [`IngestError::Cancelled`]
pub fn page(series: &Series, k: usize, ctx: &JobContext) -> Result<Thumbnail, IngestError> {
    if series.is_coloured() {
        return Ok(coloured(&coloured_picture_of(series, k, ctx)?));
    }
    let slice = preview_of(series, k, ctx)?;
    Ok(thumbnail(&slice, window(series, &slice)))
}

/// A coloured picture as it is stored: pixels are taken to be squares. Shrunk by a whole factor where it is
/// large, so that the writing of a page stays sharp.
fn coloured(picture: &Picture) -> Thumbnail {
    let [columns, rows] = picture.size;
    let levels = picture.rgb.as_slice().into();
    let whole = Thumbnail { size_px: picture.size, coloured: true, levels };
    let (size_px, levels) = whole.shrunk(columns.max(rows).div_ceil(LONGEST_PAGE));
    Thumbnail { size_px, levels: levels.into(), ..whole }
}

/// What the viewports would begin with; of values without a unit, what the file recommends.
fn window(series: &Series, slice: &Volume) -> Window {
    match (slice.unit(), series.windows.first()) {
        (Unit::Hu, _) => Preset::Lung.window([0.0, 0.0]),
        (unit, _) if unit.is_suv() => Preset::Uptake6.window([0.0, 0.0]),
        (_, Some(recommended)) => recommended.window,
        (_, None) => Preset::Full.window(slice.range()),
    }
}

/// The first slice of a volume with its rows down, in the shape that it has in the patient.
///
/// Shrunk by averaging whole squares of samples, never enlarged.
fn thumbnail(slice: &Volume, window: Window) -> Thumbnail {
    let [columns, rows, _] = slice.grid().size();
    let [right_mm, down_mm, _] = slice.grid().spacing_mm();
    let (wide, high) = (columns as f64 * right_mm, rows as f64 * down_mm);
    let px_mm = (wide.max(high) / LONGEST as f64).max(right_mm.min(down_mm));
    let side = |mm: f64| ((mm / px_mm).round() as usize).clamp(1, LONGEST);
    let size = [side(wide), side(high)];
    let voxels = [columns as f64 / size[0] as f64, rows as f64 / size[1] as f64];
    let averaged = (voxels[0].max(voxels[1]).ceil() as usize).clamp(1, MOST_AVERAGED);
    let step = voxels.map(|v| v / averaged as f64);
    let samples = size.map(|n| n * averaged);
    // The first sample's cell begins where the first voxel's does.
    let origin = Point::new((step[0] - 1.0) / 2.0, (step[1] - 1.0) / 2.0, 0.0);
    let (right, down) = (Vector::new(step[0], 0.0, 0.0), Vector::new(0.0, step[1], 0.0));
    let grey = reslice_grey(slice, &Reslice::plane(origin, right, down, samples), window);
    let (size_px, mut grey) = Thumbnail::grey(samples, grey).shrunk(averaged);
    if slice.polarity() == Polarity::LowIsBright {
        grey.iter_mut().for_each(|level| *level = u8::MAX - *level);
    }
    Thumbnail::grey(size_px, grey)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::VoxelGrid;

    fn slice(size: [usize; 2], spacing_mm: [f64; 2], value: impl Fn(usize, usize) -> i16) -> Volume {
        let [i, j] = spacing_mm;
        let grid = VoxelGrid::axis_aligned([size[0], size[1], 1], [i, j, 1.0], Point::new(0.0, 0.0, 0.0));
        let volume = Volume::loading(grid.expect("a grid"), Unit::Hu, None);
        let values = (0..size[0] * size[1]).map(|n| value(n % size[0], n / size[0])).collect();
        volume.int16().expect("whole numbers").fill(0, values).expect("fits");
        volume
    }

    #[test]
    fn a_small_slice_is_shown_pixel_by_pixel_and_low_values_bright_where_the_file_asks_for_it() {
        let window = Window::new(255.0, 127.5);
        let plain = slice([3, 2], [0.7; 2], |i, j| (100 * i + 10 * j) as i16);
        let picture = thumbnail(&plain, window);
        assert_eq!((picture.size_px, &picture.levels[..]), ([3, 2], &[0, 100, 200, 10, 110, 210][..]));
        let inverted = thumbnail(&plain.shown(Polarity::LowIsBright), window);
        assert_eq!(inverted.levels[..], [255, 155, 55, 245, 145, 45]);
    }

    #[test]
    fn a_large_slice_becomes_the_mean_of_its_pixels_and_keeps_its_shape() {
        // Stripes of one pixel: thinned out they would be black or white, averaged they are grey.
        let stripes = slice([1024, 512], [0.5; 2], |i, _| if i % 2 == 0 { 0 } else { 200 });
        let picture = thumbnail(&stripes, Window::new(255.0, 127.5));
        assert_eq!(picture.size_px, [512, 256]);
        assert!(picture.levels.iter().all(|level| *level == 100), "{:?}", &picture.levels[..4]);
        // Pixels twice as high as wide.
        let tall = slice([100, 100], [1.0, 2.0], |_, _| 0);
        assert_eq!(thumbnail(&tall, Window::new(255.0, 127.5)).size_px, [100, 200]);
    }
}
