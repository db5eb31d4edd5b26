//! The wheel with Alt, and two keys: a thicker or a thinner slab, millimetre by millimetre.

use crate::session::{Edit, Look, Projection, Slab};

/// The slab after so many steps of a millimetre; `None` where nothing changes. Without a slab a step towards
/// thicker brings the last one, of maxima; the thinnest stays a slab, so that its kind is not lost on the way.
/// - `by_mm`: positive for thicker
pub fn thicker(look: &Look, by_mm: i64) -> Option<Edit> {
    match (look.slab(), by_mm) {
        (_, 0) => None,
        (None, by) if by < 0 => None,
        (None, _) => {
            let thickness_mm = look.slab_thickness_mm;
            Some(Edit::Slab(Some(Slab { thickness_mm, projection: Projection::Max })))
        }
        (Some(slab), by) => {
            let [least, most] = Slab::RANGE_MM;
            // Whole millimetres after a step, whatever was typed before.
            let from = if by > 0 { slab.thickness_mm.floor() } else { slab.thickness_mm.ceil() };
            let to = (from + by as f64).clamp(least, most);
            (to != slab.thickness_mm).then_some(Edit::SlabThickness(to))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Session;

    fn stepped(session: &mut Session, by: i64) -> Option<Slab> {
        if let Some(edit) = thicker(session.look(), by) {
            session.apply(edit);
        }
        session.look().slab()
    }

    #[test]
    fn the_slab_comes_grows_and_never_goes() {
        let mut session = Session::new();
        assert_eq!(stepped(&mut session, -1), None);
        let slab = |thickness_mm| Some(Slab { thickness_mm, projection: Projection::Max });
        assert_eq!(stepped(&mut session, 1), slab(10.0));
        assert_eq!(stepped(&mut session, 3), slab(13.0));
        assert_eq!(stepped(&mut session, -100), slab(1.0));
        assert_eq!(stepped(&mut session, 100_000), slab(200.0));
    }

    #[test]
    fn turning_on_is_one_step_of_undo_and_all_the_turning_another() {
        let mut session = Session::new();
        for by in [1, 1, 1, -5] {
            stepped(&mut session, by);
        }
        assert_eq!(session.look().slab_thickness_mm, 7.0);
        session.undo();
        assert_eq!(session.look().slab().map(|slab| slab.thickness_mm), Some(10.0));
        session.undo();
        assert_eq!(session.look().slab(), None);
    }

    #[test]
    fn a_typed_thickness_goes_on_to_whole_millimetres_and_the_kind_stays() {
        let mut session = Session::new();
        let slab = Slab { thickness_mm: 2.5, projection: Projection::Min };
        session.apply(Edit::Slab(Some(slab)));
        assert_eq!(stepped(&mut session, 1), Some(Slab { thickness_mm: 3.0, ..slab }));
        session.apply(Edit::SlabThickness(2.5));
        assert_eq!(stepped(&mut session, -1), Some(Slab { thickness_mm: 2.0, ..slab }));
        session.apply(Edit::SlabThickness(f64::NAN));
        assert_eq!(session.look().slab(), Some(Slab { thickness_mm: 1.0, ..slab }));
    }
}
