//! The line at which a quantity of the screen crosses a level.

use crate::geometry::{Point, Viewport};

/// Segments of the line around the places of at least `level`, in viewport px, by marching squares (Lorensen and
/// Cline 1987 in two dimensions; doi 10.1145/37402.37422): a saddle keeps its high corners apart.
/// - `size_px`: of the viewport; `step_px`: between samples
/// - `value`: at a place, px
pub fn level_line(
    size_px: [u32; 2],
    step_px: u32,
    level: f64,
    value: impl Fn(f64, f64) -> f64,
) -> Vec<[Point<Viewport>; 2]> {
    let step = step_px.max(1);
    let [columns, rows] = size_px.map(|n| (n / step) as usize + 1);
    let at = |n: usize| n as f64 * f64::from(step);
    let line =
        |row: usize| -> Vec<f64> { (0..columns).map(|column| value(at(column), at(row)) - level).collect() };
    let mut segments = Vec::new();
    let mut above = line(0);
    for row in 1..rows {
        let below = line(row);
        for column in 1..columns {
            // Clockwise from the upper left, with the corner before it.
            let corners = [
                (above[column - 1], at(column - 1), at(row - 1)),
                (above[column], at(column), at(row - 1)),
                (below[column], at(column), at(row)),
                (below[column - 1], at(column - 1), at(row)),
            ];
            let mut crossed: Vec<(bool, Point<Viewport>)> = Vec::with_capacity(4);
            for (n, &(from, x, y)) in corners.iter().enumerate() {
                let (to, next_x, next_y) = corners[(n + 1) % 4];
                if (from >= 0.0) != (to >= 0.0) {
                    let share = from / (from - to);
                    let place = Point::new(x + (next_x - x) * share, y + (next_y - y) * share, 0.0);
                    crossed.push((to >= 0.0, place));
                }
            }
            // Each way in is joined to the way out behind it: around the high corners between them.
            let first = usize::from(!crossed.first().is_some_and(|(rises, _)| *rises));
            for n in 0..crossed.len() / 2 {
                let [a, b] = [first + 2 * n, first + 2 * n + 1].map(|n| crossed[n % crossed.len()].1);
                segments.push([a, b]);
            }
        }
        above = below;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_where_it_is_and_closes() {
        let value = |x: f64, y: f64| -((x - 20.0).hypot(y - 18.0));
        let segments = level_line([40, 40], 1, -9.5, value);
        let length: f64 = segments.iter().map(|[a, b]| a.distance(*b)).sum();
        // Chords of a pixel's length are shorter than the arc by a hundredth at this radius.
        assert!((length / (2.0 * std::f64::consts::PI * 9.5) - 1.0).abs() < 0.01, "{length}");
        for [a, _] in &segments {
            // A linear guess between two pixels is off by less than 1 / (8 x radius).
            assert!(((a.x - 20.0).hypot(a.y - 18.0) - 9.5).abs() < 0.02, "{a:?}");
            let ends = segments.iter().flatten().filter(|end| end.distance(*a) < 1e-9).count();
            assert_eq!(ends, 2, "every end is the end of another segment");
        }
    }

    #[test]
    fn high_corners_of_a_saddle_stay_apart_and_an_even_field_has_no_line() {
        let saddle = |x: f64, y: f64| if (x < 0.5) == (y < 0.5) { 1.0 } else { -1.0 };
        let segments = level_line([1, 1], 1, 0.0, saddle);
        assert_eq!(segments.len(), 2);
        // One around the upper left corner, one around the lower right.
        for [a, b] in segments {
            assert!((a.x + a.y - b.x - b.y).abs() < 1e-9, "{a:?} {b:?}");
        }
        assert!(level_line([8, 8], 1, 0.0, |_, _| 1.0).is_empty());
        assert!(level_line([8, 8], 1, 0.0, |_, _| f64::NAN).is_empty());
    }
}
