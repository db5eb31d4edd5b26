//! How the volume is looked at in 3D. Plain values, as of [`super::Look`].

use super::crop_box::CropBox;
use crate::geometry::{Patient, Plane, PlaneBasis, Vector, VoxelGrid};
use crate::volume::{Part, Transfer, VolumePreset};

/// From where one looks at the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Towards the back.
    Front,
    /// Towards the front.
    Back,
    /// From the patient's left.
    Left,
    /// From the patient's right.
    Right,
    /// From the head.
    Above,
    /// From the feet, as axial slices are seen.
    Below,
}

impl Side {
    /// In the order in which they are offered.
    pub const ALL: [Self; 6] = [Self::Front, Self::Back, Self::Left, Self::Right, Self::Above, Self::Below];

    /// Word in the interface: from where one looks.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Front => "Front",
            Self::Back => "Back",
            Self::Left => "Left",
            Self::Right => "Right",
            Self::Above => "Above",
            Self::Below => "Below",
        }
    }

    /// Towards the right edge of the screen, and towards the lower one.
    pub fn axes(self) -> [Vector<Patient>; 2] {
        let [left, back, up] =
            [Vector::new(1.0, 0.0, 0.0), Vector::new(0.0, 1.0, 0.0), Vector::new(0.0, 0.0, 1.0)];
        match self {
            Self::Front => [left, -up],
            Self::Back => [-left, -up],
            Self::Left => [back, -up],
            Self::Right => [-back, -up],
            Self::Above => [-left, back],
            Self::Below => [left, back],
        }
    }
}

/// How the volume is looked at in 3D, along parallel rays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VolumeView {
    /// Towards the right edge of the screen: a unit vector.
    pub right: Vector<Patient>,
    /// Towards the lower edge: a unit vector across it.
    pub down: Vector<Patient>,
    /// 1 fits the volume as it is seen along its own axes; from between them corners may lie outside.
    pub zoom: f64,
    /// Where the middle of the viewport lies from the middle of the volume, or from the cursor: mm right and down on the
    /// screen.
    pub pan_mm: [f64; 2],
    /// Whether one looks at the cursor, and turns about it, not about the middle of the volume.
    pub at_cursor: bool,
    /// Colours and opacities.
    pub preset: VolumePreset,
    /// How much higher the values lie that colours are given to, HU.
    pub shift: f32,
    /// Whether surfaces are lit.
    pub shaded: bool,
    /// By plane: what lies before the cursor's slice, as one looked when it was cut, is cut away. `Some(true)`
    /// cuts the side that the plane's normal points to.
    pub cuts: [Option<bool>; 3],
    /// Half the side of the cube around the cursor outside of which nothing is shown, mm.
    pub around_cursor_mm: Option<f64>,
    /// How far before the cursor, towards the eye, everything is cut away, mm.
    pub before_cursor_mm: Option<f64>,
    /// Whether what the body lies on is shown.
    pub table: bool,
    /// The box outside of which nothing is shown; `None`: all of the volume.
    pub crop_box: Option<CropBox>,
}

impl Default for VolumeView {
    fn default() -> Self {
        let [right, down] = Side::Front.axes();
        Self {
            right,
            down,
            zoom: 1.0,
            pan_mm: [0.0; 2],
            at_cursor: false,
            preset: VolumePreset::default(),
            shift: 0.0,
            shaded: true,
            cuts: [None; 3],
            around_cursor_mm: None,
            before_cursor_mm: None,
            table: false,
            crop_box: None,
        }
    }
}

/// Smallest and largest enlargement.
const ZOOM: [f64; 2] = [0.2, 40.0];

impl VolumeView {
    /// Half the side of the cube around the cursor, mm, where the colours ask for none.
    pub const AROUND_MM: f64 = 40.0;

    /// Screen axes in patient space.
    pub fn basis(&self) -> PlaneBasis {
        PlaneBasis { right: self.right, down: self.down, into: self.right.cross(self.down) }
    }

    /// Seen from a side: all of it, or the cursor where one looks at that.
    pub fn from_side(self, side: Side) -> Self {
        let [right, down] = side.axes();
        let zoom = if self.at_cursor { self.zoom } else { 1.0 };
        Self { right, down, zoom, pan_mm: [0.0; 2], ..self }
    }

    /// All of it from where one looks, nothing left out around the cursor or before it.
    pub fn fitted(self) -> Self {
        let (around_cursor_mm, before_cursor_mm) = (None, None);
        Self { zoom: 1.0, pan_mm: [0.0; 2], at_cursor: false, around_cursor_mm, before_cursor_mm, ..self }
    }

    /// With other colours, as they are at the start. Those that are for the place of the cursor alone leave all of
    /// the volume to the next.
    pub fn with_preset(self, preset: VolumePreset) -> Self {
        let start = if self.at_cursor { self.fitted() } else { self };
        let (around_cursor_mm, before_cursor_mm) = (preset.around_cursor_mm(), preset.before_cursor_mm());
        Self { preset, shift: 0.0, around_cursor_mm, before_cursor_mm, ..start }
    }

    /// What of the volume is shown.
    pub fn part(&self) -> Part {
        match self.preset.part() {
            Part::Body if self.table => Part::All,
            part => part,
        }
    }

    /// A cube around the cursor, or all of it.
    pub fn with_or_without_crop(self) -> Self {
        let usual = self.preset.around_cursor_mm().unwrap_or(Self::AROUND_MM);
        let around_cursor_mm = if self.around_cursor_mm.is_some() { None } else { Some(usual) };
        let before_cursor_mm = around_cursor_mm.and(self.preset.before_cursor_mm());
        Self { around_cursor_mm, before_cursor_mm, ..self }
    }

    /// The crop box, which begins as all of the volume, or none.
    pub fn with_or_without_box(self, grid: &VoxelGrid) -> Self {
        let crop_box = if self.crop_box.is_some() { None } else { Some(CropBox::whole(grid)) };
        Self { crop_box, ..self }
    }

    /// Turned as if the front of the patient were pushed along the screen.
    /// - `across`, `along`: radians that what is in front moves to the right and down
    pub fn turned(self, across: f64, along: f64) -> Self {
        let PlaneBasis { right, down, into } = self.basis();
        let (sin, cos) = across.sin_cos();
        // What lies in front moves to the right: the axis to the right turns towards the eye.
        let (right, into) = (right * cos - into * sin, into * cos + right * sin);
        let (sin, cos) = along.sin_cos();
        let down = down * cos - into * sin;
        self.looking(right, down)
    }

    /// Turned about the line of sight.
    /// - `angle`: radians, clockwise as one sees it
    pub fn rolled(self, angle: f64) -> Self {
        let PlaneBasis { right, down, .. } = self.basis();
        let (sin, cos) = angle.sin_cos();
        self.looking(right * cos - down * sin, down * cos + right * sin)
    }

    /// The same from elsewhere, its middle where it was; rounding errors of many turns are taken out.
    fn looking(self, right: Vector<Patient>, down: Vector<Patient>) -> Self {
        let Some(right) = right.unit() else { return self };
        let Some(down) = (down - right * down.dot(right)).unit() else { return self };
        Self { right, down, ..self }
    }

    /// Larger or smaller, what lies `away_mm` right and down of the middle of the screen staying there.
    pub fn zoomed(self, factor: f64, away_mm: [f64; 2]) -> Self {
        let zoom = (self.zoom * factor).clamp(ZOOM[0], ZOOM[1]);
        if !zoom.is_finite() {
            return self;
        }
        let share = 1.0 - self.zoom / zoom;
        let pan_mm = std::array::from_fn(|a| self.pan_mm[a] + away_mm[a] * share);
        Self { zoom, pan_mm, ..self }
    }

    /// Colours and opacities as they are shown; `None` for the brightest value.
    pub fn transfer(&self) -> Option<Transfer> {
        let mut transfer = self.preset.transfer()?.shifted(self.shift);
        transfer.shading = transfer.shading.filter(|_| self.shaded);
        Some(transfer)
    }

    /// The plane's cut: none, what lies towards the eye, what lies beyond, in turn. Of a plane that is seen from
    /// its edge, what lies against its normal first.
    /// - `normal`: where the plane looks
    pub fn with_next_cut(mut self, plane: Plane, normal: Vector<Patient>) -> Self {
        let towards_eye = normal.dot(self.basis().into) < -1e-6;
        let place = Plane::ALL.iter().position(|other| *other == plane).unwrap_or(0);
        if let Some(cut) = self.cuts.get_mut(place) {
            *cut = match *cut {
                None => Some(towards_eye),
                Some(side) if side == towards_eye => Some(!towards_eye),
                Some(_) => None,
            };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::direction_letters;

    fn letters(view: VolumeView) -> [String; 3] {
        let PlaneBasis { right, down, into } = view.basis();
        [right, down, into].map(direction_letters)
    }

    #[test]
    fn sides_are_seen_as_a_person_standing_there_would() {
        let of = |side| letters(VolumeView::default().from_side(side));
        assert_eq!(of(Side::Front), ["L", "F", "P"].map(str::to_owned));
        assert_eq!(of(Side::Back), ["R", "F", "A"].map(str::to_owned));
        assert_eq!(of(Side::Left), ["P", "F", "R"].map(str::to_owned));
        assert_eq!(of(Side::Right), ["A", "F", "L"].map(str::to_owned));
        assert_eq!(of(Side::Above), ["R", "P", "F"].map(str::to_owned));
        assert_eq!(of(Side::Below), ["L", "P", "H"].map(str::to_owned));
    }

    #[test]
    fn pushing_the_front_to_the_right_shows_the_patients_right_side() {
        let quarter = std::f64::consts::FRAC_PI_2;
        let front = VolumeView::default();
        // The chest goes to the right edge, and the patient's right side comes to the front.
        assert_eq!(letters(front.turned(quarter, 0.0)), letters(front.from_side(Side::Right)));
        // Pushed down, the head comes to the front.
        assert_eq!(letters(front.turned(0.0, quarter))[2], "F");
        assert_eq!(letters(front.rolled(quarter)), ["H", "L", "P"].map(str::to_owned));
    }

    #[test]
    fn a_thousand_turns_leave_a_right_handed_frame() {
        let mut view = VolumeView::default();
        for n in 0..1000 {
            view = view.turned(0.1 + f64::from(n) * 1e-3, -0.07).rolled(0.03);
        }
        assert!((view.right.length() - 1.0).abs() < 1e-12 && (view.down.length() - 1.0).abs() < 1e-12);
        assert!(view.right.dot(view.down).abs() < 1e-12);
    }

    #[test]
    fn what_lies_under_the_pointer_stays_there() {
        let view = VolumeView { zoom: 2.0, pan_mm: [5.0, -3.0], ..VolumeView::default() };
        let away = [30.0, 10.0];
        let larger = view.zoomed(1.5, away);
        for (a, away) in away.into_iter().enumerate() {
            // Millimetres from the middle shrink as the zoom grows.
            let before = view.pan_mm[a] + away;
            let after = larger.pan_mm[a] + away * view.zoom / larger.zoom;
            assert!((before - after).abs() < 1e-12);
        }
    }

    #[test]
    fn a_cut_takes_the_near_side_first_and_then_the_far_one() {
        let view = VolumeView::default();
        // From the front one looks along the normal of coronal slices: what lies before is on its other side.
        let once = view.with_next_cut(Plane::Coronal, Plane::Coronal.basis().into);
        assert_eq!(once.cuts.iter().flatten().count(), 1);
        let place = Plane::ALL.iter().position(|p| *p == Plane::Coronal).expect("a plane");
        let near = once.cuts[place].expect("cut");
        let points_to_eye = Plane::Coronal.basis().into.dot(view.basis().into) < 0.0;
        assert_eq!(near, points_to_eye);
        assert_eq!(once.with_next_cut(Plane::Coronal, Plane::Coronal.basis().into).cuts[place], Some(!near));
        assert_eq!(
            once.with_next_cut(Plane::Coronal, Plane::Coronal.basis().into)
                .with_next_cut(Plane::Coronal, Plane::Coronal.basis().into)
                .cuts,
            [None; 3]
        );
    }
}
