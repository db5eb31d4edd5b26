//! One slice: organs from the outside in, then lungs, what runs through them, and the scanner's
//! blur and noise.

use glam::Vec3;

use super::build::Level;
use super::field::{coverage, mix, oval, ramp, smooth_min};
use super::lung;
use super::mediastinum::Piece;
use super::noise::{scanner_grain, smooth};
use super::phantom::Phantom;
use super::spine;
use super::tree::Kind;
use super::wall;

/// Working buffers of one slice, row by row, and how its pixels lie in patient and model.
struct Canvas {
    width: usize,
    height: usize,
    /// Patient position of pixel (0, 0) and the step between pixels, mm.
    origin: [f32; 2],
    step: [f32; 2],
    /// Patient height.
    z: f32,
    level: Level,
    columns: Vec<[f32; 2]>,
    rows: Vec<[f32; 2]>,
    hu: Vec<f32>,
    /// Distance to the lungs' surface; large where no lung is near.
    lung: Vec<f32>,
    edge_mm: f32,
}

/// Further from the lung than matters.
const FAR: f32 = 1.0e4;
/// Model and patient positions differ by less than this beside the scale, mm.
const WARP_MM: f32 = 7.0;

impl Canvas {
    fn model(&self, i: usize, j: usize) -> Vec3 {
        let (c, r) = (self.columns[i], self.rows[j]);
        Vec3::new(c[0] + r[0], c[1] + r[1], self.level.z)
    }

    fn patient(&self, i: usize, j: usize) -> Vec3 {
        Vec3::new(self.origin[0] + i as f32 * self.step[0], self.origin[1] + j as f32 * self.step[1], self.z)
    }

    /// Pixels of a box in patient mm, clipped to the slice; empty where it misses.
    fn pixels(&self, low: Vec3, high: Vec3) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let range = |axis: usize, n: usize, low: f32, high: f32| {
            let at = |v: f32| (v - self.origin[axis]) / self.step[axis];
            let first = at(low).floor().clamp(0.0, n as f32) as usize;
            let end = (at(high).ceil() + 1.0).clamp(0.0, n as f32) as usize;
            first..end.max(first)
        };
        (range(0, self.width, low.x, high.x), range(1, self.height, low.y, high.y))
    }

    /// Pixels of a box in model mm.
    fn model_pixels(&self, (low, high): (Vec3, Vec3)) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let margin = Vec3::splat(WARP_MM);
        // The scale is within five hundredths of one; boxes reach 200 mm at most from the middle.
        let out = |v: Vec3, sign: f32| v + sign * (margin + v.abs() * 0.05);
        self.pixels(out(low, -1.0), out(high, 1.0))
    }
}

impl Phantom {
    /// HU of slice `k`, row by row.
    pub fn slice(&self, k: usize) -> Box<[i16]> {
        let mut canvas = self.canvas(k);
        self.table(&mut canvas);
        self.body(&mut canvas);
        self.organs(&mut canvas);
        self.trees(&mut canvas, k);
        self.lumps(&mut canvas);
        self.scan(canvas, k)
    }

    fn canvas(&self, k: usize) -> Canvas {
        let [width, height, _] = self.grid.size();
        let spacing = self.grid.spacing_mm().map(|s| s as f32);
        let origin = self.grid.patient_from_voxel().origin();
        let (x0, y0) = (origin.x as f32, origin.y as f32);
        let z = origin.z as f32 + k as f32 * spacing[2];
        Canvas {
            width,
            height,
            origin: [x0, y0],
            step: [spacing[0], spacing[1]],
            z,
            level: self.build.level(self.build.height(z)),
            columns: (0..width).map(|i| self.build.column(x0 + i as f32 * spacing[0], z)).collect(),
            rows: (0..height).map(|j| self.build.row(y0 + j as f32 * spacing[1], z)).collect(),
            hu: vec![-1000.0; width * height],
            lung: vec![FAR; width * height],
            edge_mm: self.edge_mm,
        }
    }

    /// The scanner's table: a curved shell filled with foam.
    fn table(&self, canvas: &mut Canvas) {
        for j in 0..canvas.height {
            for i in 0..canvas.width {
                let p = canvas.patient(i, j);
                let (top, bottom) = (146.0 - p.x * p.x / 1500.0, 166.0 - p.x * p.x / 2600.0);
                let inside = (top - p.y).max(p.y - bottom).max(p.x.abs() - 196.0);
                if inside < 4.0 {
                    let hu = &mut canvas.hu[j * canvas.width + i];
                    *hu = mix(*hu, -260.0, coverage(inside, canvas.edge_mm));
                    *hu = mix(*hu, -940.0, coverage(inside + 1.9, canvas.edge_mm));
                }
            }
        }
    }

    /// Skin to cavity, spine, diaphragm and what is below it, and the lungs.
    fn body(&self, canvas: &mut Canvas) {
        let mut between = vec![FAR; canvas.hu.len()];
        let mut depth = vec![FAR; canvas.hu.len()];
        let (level, edge) = (canvas.level, canvas.edge_mm);
        for j in 0..canvas.height {
            for i in 0..canvas.width {
                let p = canvas.model(i, j);
                let skin = level.skin(p);
                if skin > 2.0 * edge {
                    continue;
                }
                let n = j * canvas.width + i;
                let out = level.out(p);
                depth[n] = out;
                if out < -2.0 * edge {
                    canvas.hu[n] = -98.0;
                } else {
                    wall::paint(&mut canvas.hu[n], &level, p, skin, out, edge);
                }
                let dy = p.y - level.spine_y;
                if p.x.abs() < 42.0 && (-22.0..75.0).contains(&dy) {
                    spine::paint(&mut canvas.hu[n], p, dy, edge, &self.texture);
                }
                if out < 8.0 {
                    between[n] = lung::midline(p, level.spine_y);
                }
            }
        }
        for piece in self.pieces_near(canvas, 8.0) {
            let Some(margin) = piece.margin else { continue };
            let (columns, rows) = canvas.model_pixels(piece.shape.bounds(margin + 8.0));
            for j in rows {
                for i in columns.clone() {
                    let n = j * canvas.width + i;
                    if depth[n] < 8.0 {
                        between[n] =
                            lung::push(between[n], piece.shape.distance(canvas.model(i, j)) - margin);
                    }
                }
            }
        }
        for j in 0..canvas.height {
            for i in 0..canvas.width {
                let n = j * canvas.width + i;
                if depth[n] > 3.0 {
                    continue;
                }
                let p = canvas.model(i, j);
                let dome = lung::dome(&self.build, p);
                let under = smooth_min((dome - p.z) * 0.8, 1.0 - depth[n], 4.0);
                // The crura pass in front of the spine and the aorta.
                let behind = oval(p.x - 3.0, p.y - level.spine_y, 25.0, 28.0);
                let under = smooth_min(under, behind, 6.0);
                if under > -2.0 {
                    self.abdomen.paint(&mut canvas.hu[n], p, under, edge);
                }
                let lung = lung::surface(p, depth[n], between[n], dome);
                canvas.lung[n] = lung;
                if lung < edge {
                    let tissue = self.lung_hu(p);
                    canvas.hu[n] = mix(canvas.hu[n], tissue, coverage(lung, edge));
                }
            }
        }
    }

    /// Lung tissue with the fissures as faint lines.
    fn lung_hu(&self, p: Vec3) -> f32 {
        let tissue = lung::tissue_hu(p, &self.texture);
        let (oblique, horizontal) = lung::fissures(p);
        let line = if oblique > 0.0 { oblique.abs().min(horizontal.abs()) } else { oblique.abs() };
        // A sheet of about half a millimetre, blurred over the slice.
        mix(tissue, -640.0, 0.62 * coverage(line - 0.25, 1.3 * self.edge_mm))
    }

    fn pieces_near<'a>(&'a self, canvas: &Canvas, margin: f32) -> impl Iterator<Item = &'a Piece> + use<'a> {
        let z = canvas.level.z;
        self.pieces.iter().filter(move |piece| {
            let (low, high) = piece.shape.bounds(piece.margin.unwrap_or(0.0) + margin);
            (low.z..=high.z).contains(&z)
        })
    }

    /// Heart, great vessels, airways, gullet.
    fn organs(&self, canvas: &mut Canvas) {
        let edge = canvas.edge_mm;
        for piece in self.pieces_near(canvas, edge) {
            let (columns, rows) = canvas.model_pixels(piece.shape.bounds(edge));
            for j in rows {
                for i in columns.clone() {
                    let n = j * canvas.width + i;
                    let d = piece.shape.distance(canvas.model(i, j));
                    if d > edge {
                        continue;
                    }
                    let share = if piece.in_lung { 1.0 } else { 1.0 - coverage(canvas.lung[n], edge) };
                    for (depth, hu) in piece.layers {
                        if !hu.is_nan() {
                            canvas.hu[n] = mix(canvas.hu[n], hu, share * coverage(d + depth, edge));
                        }
                    }
                }
            }
        }
    }

    /// Vessels and airways inside the lungs.
    fn trees(&self, canvas: &mut Canvas, k: usize) {
        let edge = canvas.edge_mm;
        let list = self.branches_of_slice.get(k).map_or(&[][..], Vec::as_slice);
        for kind in [Kind::Vessel, Kind::AirwayWall, Kind::AirwayLumen] {
            for branch in
                list.iter().filter_map(|&n| self.branches.get(n as usize)).filter(|b| b.kind == kind)
            {
                let tube = &branch.tube;
                let (low, high) = tube.bounds(edge);
                let (columns, rows) = canvas.pixels(low, high);
                // A thread thinner than the blur does not reach its full value.
                let thin = (0.5 * (tube.ra + tube.rb) / 0.75).min(1.0);
                for j in rows {
                    for i in columns.clone() {
                        let d = tube.distance(canvas.patient(i, j));
                        if d > edge {
                            continue;
                        }
                        let n = j * canvas.width + i;
                        let inside = if tube.ra > 4.0 { 1.0 } else { coverage(canvas.lung[n] - 1.0, 3.0) };
                        let share = thin * inside * coverage(d, edge);
                        let hu = &mut canvas.hu[n];
                        *hu = match kind {
                            Kind::Vessel => hu.max(mix(-870.0, self.build.blood_hu - 20.0, share)),
                            Kind::AirwayWall => hu.max(mix(-870.0, -120.0, share)),
                            Kind::AirwayLumen => mix(*hu, -965.0, share),
                        };
                    }
                }
            }
        }
    }

    fn lumps(&self, canvas: &mut Canvas) {
        for nodule in &self.nodules {
            let reach = nodule.reach_mm();
            if (nodule.centre.z - canvas.z).abs() > reach {
                continue;
            }
            let (columns, rows) =
                canvas.pixels(nodule.centre - Vec3::splat(reach), nodule.centre + Vec3::splat(reach));
            for j in rows {
                for i in columns.clone() {
                    let n = j * canvas.width + i;
                    let p = canvas.patient(i, j);
                    nodule.paint(&mut canvas.hu[n], p, canvas.lung[n], canvas.edge_mm, &self.texture);
                }
            }
        }
    }

    /// What the scanner adds: a last blur in the plane, grain, and whole numbers.
    fn scan(&self, canvas: Canvas, k: usize) -> Box<[i16]> {
        let Canvas { width, height, mut hu, level, origin, step, .. } = canvas;
        let mut scratch = vec![0.0; hu.len()];
        smooth(&mut hu, &mut scratch, [width, height], 0.1);
        let grain = scanner_grain(self.seed, k, [width, height]);
        let streaks = self.streaks(k, [width, height]);
        // Shoulders swallow most of the beam: more noise there, and streaks from side to side.
        let shoulders = ramp(50.0, 100.0, level.z);
        let mut out = Vec::with_capacity(hu.len());
        for j in 0..height {
            let y = (origin[1] + j as f32 * step[1] - 10.0) / 130.0;
            for i in 0..width {
                let n = j * width + i;
                let x = (origin[0] + i as f32 * step[0]) / 170.0;
                let inner = (1.0 - 0.6 * (x * x + y * y)).max(0.25);
                let deviation = (6.0 + 8.0 * inner) * (1.0 + 0.8 * shoulders);
                let value = hu[n] + deviation * grain[n] + 13.0 * shoulders * inner * streaks[n];
                out.push(value.round().clamp(-1024.0, 3071.0) as i16);
            }
        }
        out.into_boxed_slice()
    }

    /// Noise that is drawn out along the rows, about unit deviation.
    fn streaks(&self, k: usize, [width, height]: [usize; 2]) -> Vec<f32> {
        let z = k as f32 * 0.37;
        let texture = &self.texture;
        (0..width * height)
            .map(|n| {
                let (i, j) = ((n % width) as f32, (n / width) as f32);
                1.6 * texture.at([i / 55.0, j / 1.9, z * 3.1])
            })
            .collect()
    }
}
