//! Heart, great vessels, airways and gullet: what lies between the lungs, as tubes and ellipsoids.
//!
//! Each piece is painted in layers (wall, then contents) in the order of the list, and pushes the
//! lungs aside by a margin of fat. Used by `lung` (shape of the lungs) and by `phantom` (paint).

use glam::Vec3;

use super::build::Build;
use super::field::{Ellipsoid, Tube, wave};

/// What a piece is made of, from its surface inwards: (depth mm, HU).
type Layers = [(f32, f32); 3];

#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Tube(Tube),
    Ellipsoid(Ellipsoid),
}

impl Shape {
    fn distance(&self, p: Vec3) -> f32 {
        match self {
            Shape::Tube(t) => t.distance(p),
            Shape::Ellipsoid(e) => e.distance(p),
        }
    }

    fn bounds(&self, margin: f32) -> (Vec3, Vec3) {
        match self {
            Shape::Tube(t) => t.bounds(margin),
            Shape::Ellipsoid(e) => e.bounds(margin),
        }
    }
}

/// One piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub shape: Shape,
    pub layers: Layers,
    /// Fat between the piece and the lung, mm; `None` for what does not shape the lung.
    pub margin: Option<f32>,
    /// Whether it may be painted over lung: the roots of bronchi and vessels reach into it.
    pub in_lung: bool,
}

impl Piece {
    /// Distance to its surface, mm; no organ is an exact ellipsoid, and neighbours push each other.
    pub(super) fn distance(&self, p: Vec3) -> f32 {
        let push = Vec3::new(
            wave(p.y * 0.17 + p.z * 0.11 + 0.4),
            wave(p.z * 0.15 + p.x * 0.13 + 2.0),
            wave(p.x * 0.16 + p.y * 0.12 + 4.0),
        );
        self.shape.distance(p + PUSH_MM * push)
    }

    /// Lower and upper corner of a box around it, `margin` mm larger on every side.
    pub(super) fn bounds(&self, margin: f32) -> (Vec3, Vec3) {
        self.shape.bounds(margin + PUSH_MM)
    }
}

/// Amplitude of the irregularity of organs, mm.
const PUSH_MM: f32 = 1.1;

/// Places where vessels and airways enter the lungs, model mm, right lung first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hila {
    pub artery: [Vec3; 2],
    pub upper_vein: [Vec3; 2],
    pub lower_vein: [Vec3; 2],
}

pub(super) const HILA: Hila = Hila {
    artery: [Vec3::new(-44.0, 14.0, -30.0), Vec3::new(44.0, 24.0, -26.0)],
    upper_vein: [Vec3::new(-44.0, 4.0, -40.0), Vec3::new(44.0, 6.0, -38.0)],
    lower_vein: [Vec3::new(-42.0, 28.0, -64.0), Vec3::new(44.0, 30.0, -62.0)],
};

const NONE: (f32, f32) = (0.0, f32::NAN);

/// x of the thin sheet where both lungs meet in front of and behind the heart.
pub(super) const MIDLINE_MM: f32 = 3.0;

/// All pieces of one person, in painting order.
pub(super) fn pieces(build: &Build) -> Vec<Piece> {
    let mut list = Vec::new();
    let blood = build.blood_hu;
    fat_column(&mut list);
    heart(&mut list, build);
    veins(&mut list, blood - 12.0);
    arteries(&mut list, blood);
    gullet(&mut list);
    airways(&mut list);
    list
}

fn tubes(
    list: &mut Vec<Piece>,
    path: &[([f32; 3], f32)],
    layers: Layers,
    margin: Option<f32>,
    in_lung: bool,
) {
    for pair in path.windows(2) {
        let shape = Shape::Tube(Tube::new(pair[0].0.into(), pair[0].1, pair[1].0.into(), pair[1].1));
        list.push(Piece { shape, layers, margin, in_lung });
    }
}

/// Adds all outer layers before all inner ones, so that no wall crosses where two pieces meet.
fn stages(list: &mut Vec<Piece>, pieces: &[Piece]) {
    for depth in 0..3 {
        for piece in pieces.iter().filter(|p| !p.layers[depth].1.is_nan()) {
            let margin = if depth == 0 { piece.margin } else { None };
            list.push(Piece { layers: [piece.layers[depth], NONE, NONE], margin, ..*piece });
        }
    }
}

fn fat_column(list: &mut Vec<Piece>) {
    let layers = [NONE, NONE, NONE];
    let path = [
        ([0.0, 8.0, 130.0], 24.0),
        ([0.0, 6.0, 84.0], 25.0),
        ([2.0, -2.0, 45.0], 29.0),
        ([4.0, -4.0, 10.0], 32.0),
        ([4.0, 8.0, -30.0], 33.0),
        ([6.0, 14.0, -70.0], 26.0),
        ([8.0, 26.0, -120.0], 18.0),
        ([8.0, 26.0, -190.0], 18.0),
    ];
    tubes(list, &path, layers, Some(0.0), false);
    // Fat in front of the great vessels (the thymus' bed).
    let front = [([2.0, -40.0, 45.0], 11.0), ([4.0, -54.0, 0.0], 15.0), ([6.0, -64.0, -50.0], 13.0)];
    tubes(list, &front, layers, Some(0.0), false);
    let behind_sternum =
        [([-12.0, -60.0, 20.0], 7.0), ([20.0, -72.0, -30.0], 9.0), ([26.0, -82.0, -90.0], 9.0)];
    tubes(list, &behind_sternum, layers, Some(0.0), false);
    // Fat between the heart and the diaphragm.
    tubes(list, &[([-12.0, -14.0, -112.0], 14.0), ([34.0, -12.0, -116.0], 15.0)], layers, Some(0.0), false);
    // The roots of the lungs.
    let roots = [([-30.0, 18.0, -20.0], 15.0), ([-44.0, 20.0, -44.0], 9.0)];
    tubes(list, &roots, layers, Some(0.0), false);
    let roots = [([26.0, 18.0, -16.0], 15.0), ([42.0, 24.0, -42.0], 9.0)];
    tubes(list, &roots, layers, Some(0.0), false);
    // Lymph nodes in the fat.
    for (at, radius) in [
        ([-16.0, 6.0, 14.0], 3.4),
        ([14.0, -6.0, 8.0], 3.0),
        ([2.0, 28.0, -18.0], 4.0),
        ([16.0, 6.0, 2.0], 2.6),
    ] {
        let shape =
            Shape::Ellipsoid(Ellipsoid::upright(at.into(), Vec3::new(radius * 1.3, radius, radius * 1.6)));
        list.push(Piece { shape, layers: [(0.0, 55.0), NONE, NONE], margin: None, in_lung: false });
    }
}

fn heart(list: &mut Vec<Piece>, build: &Build) {
    let (blood, muscle, grow) = (build.blood_hu, build.heart_hu, build.heart);
    let chamber = |centre: [f32; 3], long: [f32; 3], semi: [f32; 3]| {
        Ellipsoid::along(centre.into(), long.into(), Vec3::from(semi)).grown(grow)
    };
    let left_ventricle = chamber([38.0, -24.0, -88.0], [0.72, -0.52, -0.46], [52.0, 33.0, 34.0]);
    let right_ventricle = chamber([10.0, -48.0, -86.0], [0.85, -0.25, -0.46], [47.0, 25.0, 31.0]);
    let right_atrium = chamber([-30.0, -20.0, -80.0], [0.1, 0.2, 1.0], [36.0, 23.0, 25.0]);
    let left_atrium = chamber([2.0, 20.0, -54.0], [1.0, 0.05, 0.0], [35.0, 17.0, 24.0]);
    let outflow = chamber([18.0, -46.0, -60.0], [-0.1, 0.35, 1.0], [26.0, 17.0, 18.0]);
    let all = [
        (left_ventricle, 10.0, 3.5),
        (right_ventricle, 3.6, 5.0),
        (right_atrium, 2.2, 2.5),
        (left_atrium, 2.0, 0.0),
        (outflow, 3.0, 3.5),
    ];
    let piece = |e: Ellipsoid, layers: Layers, margin| Piece {
        shape: Shape::Ellipsoid(e),
        layers,
        margin,
        in_lung: false,
    };
    // Pericardium: a thin line around all chambers, then fat (most in front of the right ventricle,
    // none behind the left atrium), then muscle, then blood.
    for (e, _, fat) in all {
        list.push(piece(e.grown(fat + 0.5), [(0.0, 5.0), NONE, NONE], Some(1.2)));
    }
    for (e, _, fat) in all.into_iter().filter(|c| c.2 > 0.0) {
        list.push(piece(e.grown(fat + 0.5), [(1.1, -92.0), NONE, NONE], None));
    }
    for (e, ..) in all {
        list.push(piece(e, [(0.0, muscle), NONE, NONE], None));
    }
    for (e, wall, _) in all {
        list.push(piece(e.grown(-wall), [(0.0, blood), NONE, NONE], None));
    }
    // The wall between the ventricles, and a fat groove with the coronary artery in it.
    let groove = [([-22.0, -40.0, -56.0], 4.6), ([-30.0, -46.0, -84.0], 4.6), ([-20.0, -44.0, -108.0], 4.0)];
    tubes(list, &groove, [(0.0, -85.0), NONE, NONE], None, false);
    let coronary =
        [([-22.0, -40.0, -56.0], 1.7), ([-30.0, -46.0, -84.0], 1.6), ([-20.0, -44.0, -108.0], 1.2)];
    tubes(list, &coronary, [(0.0, blood), NONE, NONE], None, false);
}

fn arteries(all: &mut Vec<Piece>, blood: f32) {
    let mut vessels = Vec::new();
    let list = &mut vessels;
    let vessel = [(0.0, 60.0), (1.2, blood), NONE];
    let thin = [(0.0, blood), NONE, NONE];
    // Pulmonary trunk and its two branches.
    let trunk = [([20.0, -40.0, -48.0], 14.5), ([20.0, -28.0, -26.0], 14.0), ([24.0, -10.0, -12.0], 12.5)];
    tubes(list, &trunk, vessel, Some(2.5), false);
    let left = [([24.0, -10.0, -12.0], 11.5), ([36.0, 12.0, -10.0], 10.5), ([44.0, 24.0, -26.0], 8.2)];
    tubes(list, &left, thin, Some(1.5), true);
    let left = [([44.0, 24.0, -26.0], 8.2), ([46.0, 30.0, -46.0], 6.6)];
    tubes(list, &left, thin, None, true);
    let right = [([20.0, -14.0, -16.0], 12.0), ([-4.0, 2.0, -17.0], 10.5), ([-30.0, 8.0, -21.0], 9.8)];
    tubes(list, &right, thin, Some(1.5), true);
    let right = [([-30.0, 8.0, -21.0], 9.8), ([-44.0, 14.0, -30.0], 8.2), ([-49.0, 20.0, -52.0], 6.6)];
    tubes(list, &right, thin, None, true);
    // Aorta: root, arch, down along the spine.
    let aorta = [
        ([6.0, -14.0, -58.0], 15.0),
        ([-5.0, -19.0, -38.0], 16.0),
        ([-12.0, -22.0, -8.0], 16.0),
        ([-8.0, -17.0, 14.0], 15.5),
        ([4.0, -6.0, 27.0], 14.5),
        ([17.0, 12.0, 29.0], 13.8),
        ([24.0, 27.0, 22.0], 13.2),
        ([26.0, 38.0, 4.0], 12.8),
        ([26.0, 42.0, -25.0], 12.5),
        ([25.0, 41.0, -70.0], 12.0),
        ([16.0, 32.0, -115.0], 11.5),
        ([8.0, 22.0, -155.0], 11.0),
        ([5.0, 18.0, -230.0], 10.5),
    ];
    tubes(list, &aorta, vessel, Some(2.0), false);
    let innominate = [([-6.0, -10.0, 32.0], 6.4), ([-12.0, -3.0, 56.0], 6.0), ([-26.0, 4.0, 84.0], 5.0)];
    tubes(list, &innominate, thin, Some(3.0), false);
    tubes(list, &[([-26.0, 4.0, 84.0], 5.0), ([-62.0, -2.0, 104.0], 4.6)], thin, Some(2.0), false);
    tubes(list, &[([-18.0, 0.0, 72.0], 3.6), ([-24.0, 2.0, 150.0], 3.4)], thin, None, false);
    tubes(
        list,
        &[([6.0, -2.0, 36.0], 4.2), ([14.0, 4.0, 76.0], 3.6), ([24.0, 2.0, 150.0], 3.4)],
        thin,
        Some(3.0),
        false,
    );
    tubes(
        list,
        &[([20.0, 18.0, 36.0], 5.2), ([28.0, 16.0, 82.0], 4.8), ([66.0, 2.0, 106.0], 4.6)],
        thin,
        Some(2.5),
        false,
    );
    stages(all, &vessels);
}

fn veins(list: &mut Vec<Piece>, blood: f32) {
    let vessel = [(0.0, blood), NONE, NONE];
    let superior = [([-31.0, -10.0, 40.0], 8.0), ([-32.0, -10.0, 0.0], 9.0), ([-31.0, -12.0, -52.0], 10.0)];
    tubes(list, &superior, vessel, Some(2.0), false);
    let right = [
        ([-31.0, -10.0, 40.0], 7.5),
        ([-36.0, -12.0, 72.0], 6.6),
        ([-40.0, -14.0, 96.0], 5.6),
        ([-40.0, -8.0, 150.0], 6.0),
    ];
    tubes(list, &right, vessel, Some(2.0), false);
    let left = [
        ([-31.0, -12.0, 40.0], 6.6),
        ([2.0, -26.0, 50.0], 6.4),
        ([30.0, -20.0, 74.0], 6.2),
        ([40.0, -10.0, 150.0], 5.2),
    ];
    tubes(list, &left, vessel, Some(2.0), false);
    let inferior =
        [([-26.0, -10.0, -98.0], 12.0), ([-22.0, 10.0, -132.0], 11.5), ([-20.0, 18.0, -230.0], 11.0)];
    tubes(list, &inferior, vessel, Some(1.0), false);
    let azygos = [
        ([-10.0, 36.0, -150.0], 3.0),
        ([-9.0, 44.0, -10.0], 3.6),
        ([-14.0, 37.0, 12.0], 4.0),
        ([-26.0, 10.0, 16.0], 4.2),
    ];
    tubes(list, &azygos, vessel, Some(1.5), false);
    // From the lungs into the left atrium.
    for (side, sign) in [(0usize, -1.0f32), (1, 1.0)] {
        let (upper, lower) = (HILA.upper_vein[side], HILA.lower_vein[side]);
        tubes(list, &[([20.0 * sign, 12.0, -46.0], 7.5), (upper.to_array(), 6.2)], vessel, None, true);
        tubes(list, &[([20.0 * sign, 24.0, -58.0], 7.5), (lower.to_array(), 6.2)], vessel, None, true);
    }
}

fn gullet(list: &mut Vec<Piece>) {
    let path = [
        ([4.0, 15.0, 150.0], 5.5),
        ([5.0, 28.0, 80.0], 6.0),
        ([6.0, 36.5, 20.0], 6.0),
        ([7.0, 40.5, -30.0], 6.0),
        ([8.0, 36.0, -85.0], 6.2),
        ([18.0, 16.0, -130.0], 7.0),
        ([34.0, 0.0, -146.0], 8.0),
    ];
    tubes(list, &path, [(0.0, 62.0), (3.8, 20.0), (4.9, -350.0)], Some(2.0), false);
}

fn airways(list: &mut Vec<Piece>) {
    let cartilage = |wall: f32| [(0.0, 65.0), (wall, -985.0), NONE];
    let mut walls = Vec::new();
    let trachea = [([0.0, 1.0, 160.0], 9.8), ([-2.0, 11.0, 70.0], 9.8), ([-1.0, 20.0, 4.0], 9.8)];
    let right = [
        ([-3.0, 20.0, 3.0], 8.8),
        ([-26.0, 26.0, -17.0], 8.2),
        ([-38.0, 27.0, -34.0], 6.8),
        ([-46.0, 30.0, -62.0], 5.4),
    ];
    let left = [
        ([2.0, 20.0, 3.0], 8.0),
        ([24.0, 29.0, -22.0], 7.4),
        ([40.0, 33.0, -36.0], 6.4),
        ([48.0, 36.0, -60.0], 5.2),
    ];
    let upper_right = [([-26.0, 26.0, -15.0], 5.8), ([-48.0, 24.0, -11.0], 4.6)];
    let upper_left = [([40.0, 33.0, -36.0], 5.4), ([56.0, 16.0, -30.0], 4.4)];
    for (path, margin) in [
        (&trachea[..], Some(2.5)),
        (&right[..], Some(0.5)),
        (&left[..], Some(0.5)),
        (&upper_right[..], None),
        (&upper_left[..], None),
    ] {
        tubes(&mut walls, path, cartilage(1.5), margin, true);
    }
    stages(list, &walls);
}
