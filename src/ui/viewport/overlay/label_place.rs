//! Where the words of a measurement stand: beside it, off other words, nearest to what they are of.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Between a measurement and what it says, points.
const GAP: f32 = 8.0;
/// Places around a measurement that are tried, line by line farther away.
const FARTHEST: usize = 9;
/// What a point of distance costs beside other words, which cost 1000: words are better overlaid than far from what
/// they are of, in another part of the body.
const PER_POINT: f32 = 4.0;
/// Words that stand so far from their measurement, points, have a line to it.
const AWAY: f32 = 12.5;
/// Between words side by side, points, so that they are not read as one.
const BETWEEN: f32 = 8.0;
/// So much nearer, points, than anything else words must be to what they are of, to be taken for its.
const NEARER: f32 = 3.0;

/// Words that want a place. All in points.
pub(super) struct Wanted<'a> {
    /// How much they take.
    pub block: Vec2,
    /// The measurement, with what is drawn around its points.
    pub around: Rect,
    /// Points along its lines.
    pub own: &'a [Pos2],
    /// The same of all other measurements.
    pub others: &'a [Pos2],
    /// Where something is written already.
    pub taken: &'a [Rect],
    /// Where letters stand that should stay free.
    pub letters: &'a [Rect],
    /// The picture.
    pub room: Rect,
}

/// The best place: at the right, left, below, above, or off a corner, near by or farther away; whole inside the picture.
pub(super) fn beside(wanted: &Wanted<'_>) -> Rect {
    let places = places(wanted);
    let best = places.iter().min_by(|a, b| cost(wanted, a).total_cmp(&cost(wanted, b)));
    best.map_or_else(|| Rect::from_min_size(wanted.around.min, wanted.block), |(at, _)| *at)
}

/// From a measurement to its words, where they stand away from it or nearer to another one.
pub(super) fn leader(at: Rect, own: &[Pos2], others: &[Pos2]) -> Option<[Pos2; 2]> {
    let from =
        *own.iter().min_by(|a, b| at.distance_sq_to_pos(**a).total_cmp(&at.distance_sq_to_pos(**b)))?;
    let far = at.distance_to_pos(from);
    (far > AWAY || far + NEARER > nearest(at, others)).then(|| [from, at.clamp(from)]).filter(|[a, b]| a != b)
}

fn nearest(at: Rect, ink: &[Pos2]) -> f32 {
    ink.iter().map(|p| at.distance_sq_to_pos(*p)).fold(f32::INFINITY, f32::min).sqrt()
}

/// Places around it, and how far each lies from where it would stand best.
fn places(wanted: &Wanted<'_>) -> Vec<(Rect, f32)> {
    let Wanted { block, around, room, .. } = *wanted;
    let (middle, half) = (around.center(), block / 2.0);
    let [right, left] = [around.right() + GAP + half.x, around.left() - GAP - half.x];
    let [below, above] = [around.bottom() + GAP + half.y, around.top() - GAP - half.y];
    let all = (0..FARTHEST).flat_map(|n| {
        // Words are wide: one step aside at most, or they would stand beside something else.
        let [aside, away] = [n.min(1) as f32 * (half.x + GAP), n as f32 * (half.y + GAP)];
        [
            (pos2(right + aside, middle.y), aside),
            (pos2(left - aside, middle.y), aside),
            (pos2(middle.x, below + away), away),
            (pos2(middle.x, above - away), away),
            (pos2(right, above - away), away),
            (pos2(right, below + away), away),
            (pos2(left, above - away), away),
            (pos2(left, below + away), away),
            (pos2(right + aside, above), aside),
            (pos2(right + aside, below), aside),
            (pos2(left - aside, above), aside),
            (pos2(left - aside, below), aside),
        ]
    });
    // Where it does not fit, pushed in.
    let inside = |(centre, away): (Pos2, f32)| {
        let push = |v: f32, low: f32, high: f32| v.clamp(low, high.max(low));
        let corner = centre - half;
        let left = push(corner.x, room.left(), room.right() - block.x);
        let top = push(corner.y, room.top(), room.bottom() - block.y);
        let pushed = (pos2(left, top) - corner).length();
        (Rect::from_min_size(pos2(left, top), block), pushed + away)
    };
    all.map(inside).collect()
}

/// What lies under the words: other words are worst, then what makes them look like another one's, then letters and
/// lines.
fn cost(wanted: &Wanted<'_>, (at, pushed): &(Rect, f32)) -> f32 {
    let Wanted { own, others, taken, letters, .. } = *wanted;
    let roomy = at.expand2(vec2(BETWEEN, 0.0));
    let count = |rects: &[Rect]| rects.iter().filter(|other| other.intersects(roomy)).count() as f32;
    let lines = own.iter().chain(others).filter(|p| at.expand(2.0).contains(**p)).count() as f32;
    let strange = f32::from(u8::from(nearest(*at, own) + NEARER > nearest(*at, others)));
    1000.0 * count(taken) + 400.0 * strange + 200.0 * count(letters) + 10.0 * lines + PER_POINT * pushed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(points: &[Pos2], n: usize, taken: &[Rect]) -> (Rect, Vec<Pos2>) {
        let others: Vec<Pos2> =
            points.iter().enumerate().filter(|(other, _)| *other != n).map(|(_, p)| *p).collect();
        let own = [points[n]];
        let at = beside(&Wanted {
            block: vec2(80.0, 16.0),
            around: Rect::from_center_size(points[n], vec2(6.0, 6.0)),
            own: &own,
            others: &others,
            taken,
            letters: &[],
            room: Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 400.0)),
        });
        (at, others)
    }

    #[test]
    fn a_text_is_nearest_to_its_own_point_where_there_is_room() {
        // In a row, closer than a text is wide: at the right of the first stands the second.
        let points = [pos2(180.0, 200.0), pos2(230.0, 200.0), pos2(205.0, 214.0)];
        let mut taken = Vec::new();
        for n in 0..points.len() {
            let (at, others) = placed(&points, n, &taken);
            assert!(at.distance_to_pos(points[n]) < nearest(at, &others), "{n}: {at:?}");
            assert!(taken.iter().all(|other: &Rect| !other.intersects(at)), "{n}: {at:?}");
            taken.push(at);
        }
    }

    #[test]
    fn a_text_alone_stands_at_the_right_without_a_line() {
        let point = pos2(200.0, 200.0);
        let (at, others) = placed(&[point], 0, &[]);
        assert!(at.left() > point.x && (at.center().y - point.y).abs() < 1.0, "{at:?}");
        assert_eq!(leader(at, &[point], &others), None);
    }

    #[test]
    fn a_text_away_from_its_point_or_nearer_to_another_has_a_line() {
        let point = pos2(200.0, 200.0);
        let at = |x: f32| Rect::from_min_size(pos2(x, 192.0), vec2(80.0, 16.0));
        assert_eq!(leader(at(240.0), &[point], &[]), Some([point, pos2(240.0, 200.0)]));
        let beside = at(211.0);
        assert_eq!(leader(beside, &[point], &[]), None);
        assert!(leader(beside, &[point], &[pos2(250.0, 215.0)]).is_some());
        // Under its own words a point needs none.
        assert_eq!(leader(at(150.0), &[point], &[point]), None);
    }
}
