//! Words and numbers of options: from text to checked values, so that no command sees a NaN, a
//! window without width or a plane without area. A wrong one is exit code 2.

use crate::explain::{UnknownMethod, Wanted};
use crate::geometry::{Patient, Vector};
use crate::volume::Window;

/// `N` finite numbers, separated by commas.
pub(super) fn numbers<const N: usize>(text: &str) -> Result<[f64; N], String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if parts.len() != N {
        return Err(format!("{N} numbers separated by commas are needed, not {}", parts.len()));
    }
    let mut values = [0.0; N];
    for (value, part) in values.iter_mut().zip(parts) {
        *value = number(part)?;
    }
    Ok(values)
}

/// One finite number.
pub(super) fn number(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("`{text}` is not a finite number")),
        Err(_) => Err(format!("`{text}` is not a number")),
    }
}

/// A finite number within `low..=high`.
fn within(text: &str, low: f64, high: f64, unit: &str) -> Result<f64, String> {
    let value = number(text)?;
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(format!("{value} is not between {low} and {high} {unit}"))
    }
}

/// A point or an index: three finite numbers, none beyond what any scanner or grid reaches.
pub(super) fn position(text: &str) -> Result<[f64; 3], String> {
    let p = numbers::<3>(text)?;
    if p.iter().any(|v| v.abs() > 1e6) {
        return Err("a coordinate beyond a kilometre is no patient position".to_owned());
    }
    Ok(p)
}

/// `FIRST,LAST`: slices, from 0.
pub(super) fn slices(text: &str) -> Result<[usize; 2], String> {
    let slice =
        |part: &str| part.trim().parse::<usize>().map_err(|_| format!("`{part}` is no number of a slice"));
    match text.split(',').collect::<Vec<_>>()[..] {
        [first, last] => match [slice(first)?, slice(last)?] {
            [first, last] if first > last => Err(format!("slice {first} comes after slice {last}")),
            both => Ok(both),
        },
        _ => Err("the first and the last slice are needed, separated by a comma".to_owned()),
    }
}

/// Thickness of a slab, millimetres.
pub(super) fn slab_mm(text: &str) -> Result<f64, String> {
    within(text, 0.1, 500.0, "mm")
}

/// Width of what a picture shows, millimetres.
pub(super) fn fov_mm(text: &str) -> Result<f64, String> {
    within(text, 1.0, 5000.0, "mm")
}

/// `X,Y,Z,MM`: a ball in the patient.
pub(super) fn ball(text: &str) -> Result<[f64; 4], String> {
    let [x, y, z, radius] = numbers::<4>(text)?;
    if [x, y, z].iter().any(|v| v.abs() > 1e6) {
        return Err("a coordinate beyond a kilometre is no patient position".to_owned());
    }
    if !(0.1..=100.0).contains(&radius) {
        return Err(format!("{radius} is not between 0.1 and 100 mm"));
    }
    Ok([x, y, z, radius])
}

/// From one place to the next, millimetres.
pub(super) fn step_mm(text: &str) -> Result<f64, String> {
    within(text, 0.1, 50.0, "mm")
}

/// Places along each axis: an odd number, so that one lies in the middle.
pub(super) fn centres(text: &str) -> Result<u8, String> {
    match text.trim().parse::<u8>() {
        Ok(n) if n % 2 == 1 && (3..=15).contains(&n) => Ok(n),
        _ => Err("an odd number from 3 to 15 is needed".to_owned()),
    }
}

/// A duration in minutes.
pub(super) fn minutes(text: &str) -> Result<f64, String> {
    within(text, 0.1, 100_000.0, "minutes")
}

/// `WIDTH,CENTRE` of a grey-scale window.
pub(super) fn window(text: &str) -> Result<Window, String> {
    let [width, centre] = numbers::<2>(text)?;
    if !(Window::MIN_WIDTH..=1e6).contains(&width) || centre.abs() > 1e6 {
        return Err(format!("a window is at least {} wide, and within a million", Window::MIN_WIDTH));
    }
    Ok(Window::new(width, centre))
}

/// Degrees to the right and down.
pub(super) fn turn_deg(text: &str) -> Result<[f64; 2], String> {
    let turn = numbers::<2>(text)?;
    if turn.iter().all(|degrees| degrees.abs() <= 3600.0) {
        Ok(turn)
    } else {
        Err("a turn is at most 3600 degrees".to_owned())
    }
}

/// `WxH` of a picture in pixels.
pub(super) fn size_px(text: &str) -> Result<[u32; 2], String> {
    const LOW: u32 = 16;
    const HIGH: u32 = 8192;
    let parsed = text.split_once(['x', 'X']).and_then(|(w, h)| Some([w.parse().ok()?, h.parse().ok()?]));
    match parsed {
        Some(size) if size.iter().all(|n| (LOW..=HIGH).contains(n)) => Ok(size),
        Some(_) => Err(format!("each side of a picture has {LOW} to {HIGH} pixels")),
        None => Err("a size is written WIDTHxHEIGHT, for example 512x512".to_owned()),
    }
}

/// Size of a phantom in voxels: whole numbers.
pub(super) fn grid_size(text: &str) -> Result<[usize; 3], String> {
    let size = numbers::<3>(text)?;
    if size.iter().all(|n| n.fract() == 0.0 && (16.0..=2048.0).contains(n)) {
        Ok(size.map(|n| n as usize))
    } else {
        Err("each side has 16 to 2048 voxels, in whole numbers".to_owned())
    }
}

/// Distances between voxels, millimetres.
pub(super) fn spacing_mm(text: &str) -> Result<[f64; 3], String> {
    let spacing = numbers::<3>(text)?;
    if spacing.iter().all(|s| (0.2..=10.0).contains(s)) {
        Ok(spacing)
    } else {
        Err("each distance is between 0.2 and 10 mm".to_owned())
    }
}

/// How many samples, steps or patterns.
pub(super) fn amount(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=100_000) => Ok(n),
        _ => Err("1 to 100000, in whole numbers".to_owned()),
    }
}

/// A number of threads.
pub(super) fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=1024) => Ok(n),
        _ => Err("1 to 1024 threads, in whole numbers".to_owned()),
    }
}

/// A slanted view by its normal (away from the viewer) and the direction that is up on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Oblique {
    /// Towards the right edge of the screen; unit.
    pub(super) right: Vector<Patient>,
    /// Towards the lower edge; unit, perpendicular to `right`.
    pub(super) down: Vector<Patient>,
}

/// `NX,NY,NZ,UX,UY,UZ`: normal and up. The part of `up` along the normal is left out.
pub(super) fn oblique(text: &str) -> Result<Oblique, String> {
    let [nx, ny, nz, ux, uy, uz] = numbers::<6>(text)?;
    let normal = Vector::<Patient>::new(nx, ny, nz).unit().ok_or("the normal has no length")?;
    let up = Vector::<Patient>::new(ux, uy, uz).unit().ok_or("the up direction has no length")?;
    // right x down = into, with down = -up: right = down x into.
    let right = (-up).cross(normal);
    // Sine of the angle between the two; under about half a degree the view would turn at random.
    if right.length() < 0.01 {
        return Err("the normal and the up direction are parallel".to_owned());
    }
    let right = right.unit().ok_or("the normal and the up direction are parallel")?;
    let down = normal.cross(right).unit().ok_or("the normal and the up direction are parallel")?;
    Ok(Oblique { right, down })
}

/// `METHOD` or `METHOD:SCALE`.
pub(super) fn explain(text: &str) -> Result<Wanted, String> {
    text.parse().map_err(|error: UnknownMethod| error.to_string())
}

/// A whole number from 1 on.
pub(super) fn every(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "a whole number from 1 on is needed".to_owned())
}

/// A number between 0 and 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number.filter(|n| (0.0..=1.0).contains(n)).ok_or_else(|| "a number between 0 and 1 is needed".to_owned())
}

/// Frames of a film.
pub(super) fn frames(text: &str) -> Result<usize, String> {
    let most = crate::workflow::film::MOST_FRAMES;
    let wrong = || format!("a film has 1 to {most} frames");
    text.parse().ok().filter(|n| (1..=most).contains(n)).ok_or_else(wrong)
}

/// Frames in a second.
pub(super) fn pace(text: &str) -> Result<f64, String> {
    let [least, most] = crate::export::FILM_PACES;
    let wrong = || format!("a film shows {least} to {most} frames in a second");
    text.parse().ok().filter(|hz| (least..=most).contains(hz)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::Scale;

    #[test]
    fn numbers_are_finite_and_as_many_as_asked_for() {
        assert_eq!(numbers::<3>("-57.27, 131.3,-520.56"), Ok([-57.27, 131.3, -520.56]));
        for wrong in ["1,2", "1,2,3,4", "1,2,nan", "inf,0,0", "1,,2", "", "a,b,c"] {
            assert!(numbers::<3>(wrong).is_err(), "{wrong}");
        }
        assert!(position("1e300,0,0").is_err());
    }

    #[test]
    fn slices_are_a_first_and_a_last_one() {
        assert_eq!(slices("3, 17"), Ok([3, 17]));
        assert_eq!(slices("4,4"), Ok([4, 4]));
        for wrong in ["5,4", "3", "1,2,3", "-1,4", "1.5,4", "", ","] {
            assert!(slices(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_and_windows_have_bounds() {
        assert_eq!(size_px("640x480"), Ok([640, 480]));
        for wrong in ["0x480", "640", "640x", "-1x5", "9000x9000", "640x480x2"] {
            assert!(size_px(wrong).is_err(), "{wrong}");
        }
        assert_eq!(window("1500,-600"), Ok(Window::new(1500.0, -600.0)));
        for wrong in ["0,40", "-400,40", "nan,40", "400", "400,inf"] {
            assert!(window(wrong).is_err(), "{wrong}");
        }
        assert_eq!(grid_size("64,64,60"), Ok([64, 64, 60]));
        for wrong in ["64.5,64,60", "0,64,60", "64,64", "1e9,64,64"] {
            assert!(grid_size(wrong).is_err(), "{wrong}");
        }
        assert!(slab_mm("-5").is_err() && fov_mm("0").is_err() && spacing_mm("1,1,0").is_err());
    }

    #[test]
    fn an_axial_normal_and_anterior_up_give_the_axial_screen() {
        let view = oblique("0,0,1,0,-1,0").expect("a view");
        assert_eq!(view.right.to_array(), [1.0, 0.0, 0.0]);
        assert_eq!(view.down.to_array(), [0.0, 1.0, 0.0]);
        assert!(oblique("0,0,1,0,0,2").is_err());
        assert!(oblique("0,0,0,0,1,0").is_err());
    }

    #[test]
    fn methods_have_scales_where_they_have_a_meaning() {
        assert_eq!(explain("grad_cam:meso").map(|e| e.scale), Ok(Some(Scale::Meso)));
        assert_eq!(explain("guided_backprop:micro").map(|e| e.scale), Ok(Some(Scale::Micro)));
        assert!(explain("grad_cam:huge").is_err());
        assert!(explain("native:micro").is_err());
    }
}
