//! Pictures of a chest: any axis-aligned grid, slice by slice, from painted organs to int16 HU.
//!
//! A slice is the mean of thin ones over its thickness; each is painted organs from the outside in,
//! then lungs, what runs through them, and nodules. Then come the scanner's blur and noise. Every
//! slice has random numbers of its own, so any thread may take any slice.

use glam::Vec3;

use super::build::Level;
use super::chest::{Chest, check};
use super::field::{coverage, mix, oval, ramp, smooth_min};
use super::lung;
use super::mediastinum::Piece;
use super::nodule::Nodule;
use super::phantom::SynthError;
use super::scanner::Scan;
use super::spine;
use super::tree::{Branch, Kind};
use super::wall;
use crate::geometry::VoxelGrid;
use crate::volume::{Unit, Volume};

/// A picture of a part of a chest, or of all of it.
#[derive(Debug)]
pub struct Region {
    /// HU, int16.
    pub volume: Volume,
    /// Whether a voxel's centre lies inside a lung: by slice, then row by row as in the volume.
    pub lung: Vec<Box<[bool]>>,
    /// How it was taken.
    pub scan: Scan,
    /// Standard deviation of the noise at the middle of the grid, HU (also where it was left out).
    pub noise_hu: f32,
}

impl Chest {
    /// Paints a region; a box of 110 x 110 x 60 voxels takes some tenths of a second on one core.
    ///
    /// Without noise a region equals the same voxels of a larger picture; its noise is its own.
    /// - `grid`: axis-aligned, patient LPS mm; its spacing is the picture's
    /// - errors: a size or a spacing that no picture has
    pub fn region(&self, grid: &VoxelGrid, scan: &Scan) -> Result<Region, SynthError> {
        check(grid.size(), grid.spacing_mm())?;
        Ok(self.picture(&[], grid, scan, 1))
    }

    /// The same with nodules, for grids whose size is known to be right.
    /// - `finer`: by which the scanner's pixels were smaller before they were averaged to those of the grid
    pub(super) fn picture(&self, nodules: &[Nodule], grid: &VoxelGrid, scan: &Scan, finer: usize) -> Region {
        let mut painter = Painter::new(self, nodules, grid, scan);
        painter.finer = finer.max(1);
        let volume = Volume::loading(*grid, Unit::Hu, None);
        let mut lung = Vec::with_capacity(grid.size()[2]);
        for k in 0..grid.size()[2] {
            let (hu, mask) = painter.slice(k);
            lung.push(mask);
            if let Some(store) = volume.int16() {
                // Each slice is painted once and has the grid's own size.
                let filled = store.fill(k, hu);
                assert!(filled.is_ok(), "slice {k} fits: {filled:?}");
            }
        }
        let at = Vec3::from_array(grid.centre().to_array().map(|v| v as f32));
        let noise_hu = painter.noise_hu(at);
        Region { volume, lung, scan: *scan, noise_hu }
    }
}

/// Paints the slices of one picture.
pub(super) struct Painter<'a> {
    chest: &'a Chest,
    nodules: &'a [Nodule],
    grid: VoxelGrid,
    scan: Scan,
    branches: Vec<Branch>,
    branches_of_slice: Vec<Vec<u32>>,
    /// Width over which edges are blurred as they are painted, mm.
    edge_mm: f32,
    thickness_mm: f32,
    /// Thin slices that make up one.
    layers: usize,
    /// Voxels around the picture that its blur looks at.
    margin: usize,
    /// How many pixels of the scanner along one side of a voxel; more than 1 where a picture of a wide field
    /// was made smaller by averaging, which takes most of the noise away.
    finer: usize,
}

/// Working buffers of one thin slice, row by row, and how its pixels lie in patient and model.
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

/// Of the fat between the organs.
const FAT_HU: f32 = -100.0;
/// Further from the lung than matters.
const FAR: f32 = 1.0e4;
/// Thin slices are at most this far apart.
const LAYER_MM: f32 = 1.55;

impl Canvas {
    fn model(&self, i: usize, j: usize) -> Vec3 {
        let (c, r) = (self.columns[i], self.rows[j]);
        Vec3::new(c[0] + r[0], c[1] + r[1], self.level.z)
    }

    fn patient(&self, i: usize, j: usize) -> Vec3 {
        Vec3::new(self.origin[0] + i as f32 * self.step[0], self.origin[1] + j as f32 * self.step[1], self.z)
    }

    /// Pixels of a box in patient mm, clipped to the slice; empty where it misses.
    fn pixels(&self, (low, high): (Vec3, Vec3)) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let range = |axis: usize, n: usize, low: f32, high: f32| {
            let at = |v: f32| (v - self.origin[axis]) / self.step[axis];
            let first = at(low).floor().clamp(0.0, n as f32) as usize;
            let end = (at(high).ceil() + 1.0).clamp(0.0, n as f32) as usize;
            first..end.max(first)
        };
        (range(0, self.width, low.x, high.x), range(1, self.height, low.y, high.y))
    }
}

impl<'a> Painter<'a> {
    pub(super) fn new(chest: &'a Chest, nodules: &'a [Nodule], grid: &VoxelGrid, scan: &Scan) -> Self {
        let [nx, ny, nz] = grid.size();
        let spacing = grid.spacing_mm().map(|s| s as f32);
        let thickness_mm = scan.thickness_mm.map_or(spacing[2], |t| t as f32);
        let layers = (thickness_mm / LAYER_MM).ceil().max(1.0) as usize;
        // Just wide enough that nothing falls between pixels or layers.
        let edge_mm = (1.4 * spacing[0].max(spacing[1])).max(1.15 * thickness_mm / layers as f32);
        let margin = scan.margin([spacing[0], spacing[1]]);
        let low = Vec3::from_array(grid.patient_from_voxel().origin().to_array().map(|v| v as f32));
        let extent = Vec3::new((nx - 1) as f32, (ny - 1) as f32, (nz - 1) as f32) * Vec3::from_array(spacing);
        let wide =
            Vec3::new(margin as f32 * spacing[0], margin as f32 * spacing[1], 0.5 * thickness_mm) + edge_mm;
        let branches = chest.branches((low - wide, low + extent + wide));
        let mut branches_of_slice = vec![Vec::new(); nz];
        for (n, branch) in branches.iter().enumerate() {
            let (a, b) = branch.tube.bounds(edge_mm + 0.5 * thickness_mm);
            let first = ((a.z - low.z) / spacing[2]).floor().max(0.0) as usize;
            let last = ((b.z - low.z) / spacing[2]).ceil();
            if last >= 0.0 {
                for list in branches_of_slice.iter_mut().take((last as usize).saturating_add(1)).skip(first) {
                    list.push(n as u32);
                }
            }
        }
        let (grid, scan) = (*grid, *scan);
        Self {
            chest,
            nodules,
            grid,
            scan,
            branches,
            branches_of_slice,
            edge_mm,
            thickness_mm,
            layers,
            margin,
            finer: 1,
        }
    }

    /// HU of slice `k` and which of its voxels are lung, row by row.
    pub(super) fn slice(&self, k: usize) -> (Box<[i16]>, Box<[bool]>) {
        let z = self.height_of(k);
        let mut sum: Vec<f32> = Vec::new();
        let mut lung = Vec::new();
        for n in 0..self.layers {
            let share = (n as f32 + 0.5) / self.layers as f32 - 0.5;
            let canvas = self.layer(k, z + share * self.thickness_mm);
            if sum.is_empty() {
                sum = canvas.hu;
            } else {
                sum.iter_mut().zip(&canvas.hu).for_each(|(s, v)| *s += v);
            }
            if n == self.layers / 2 {
                lung = canvas.lung;
            }
        }
        let unit = 1.0 / self.layers as f32;
        sum.iter_mut().for_each(|s| *s *= unit);
        let mask = self.rows(&lung).flat_map(|row| row.iter().map(|d| *d < 0.0)).collect();
        (self.expose(&sum, k, z), mask)
    }

    /// The picture's part of each row of a canvas.
    fn rows<'v, T>(&self, values: &'v [T]) -> impl Iterator<Item = &'v [T]> + use<'v, T> {
        let ([nx, ny, _], m) = (self.grid.size(), self.margin);
        values.chunks_exact(nx + 2 * m).skip(m).take(ny).map(move |row| &row[m..m + nx])
    }

    fn height_of(&self, k: usize) -> f32 {
        let at = self.grid.patient_from_voxel().origin().z + k as f64 * self.grid.spacing_mm()[2];
        at as f32
    }

    fn layer(&self, k: usize, z: f32) -> Canvas {
        let mut canvas = self.canvas(z);
        self.table(&mut canvas);
        self.body(&mut canvas);
        self.organs(&mut canvas);
        self.trees(&mut canvas, k);
        self.lumps(&mut canvas);
        canvas
    }

    fn canvas(&self, z: f32) -> Canvas {
        let ([nx, ny, _], m) = (self.grid.size(), self.margin);
        let (width, height) = (nx + 2 * m, ny + 2 * m);
        let [dx, dy, _] = self.grid.spacing_mm().map(|s| s as f32);
        let origin = self.grid.patient_from_voxel().origin();
        let (x0, y0) = (origin.x as f32 - m as f32 * dx, origin.y as f32 - m as f32 * dy);
        let build = &self.chest.build;
        Canvas {
            width,
            height,
            origin: [x0, y0],
            step: [dx, dy],
            z,
            level: build.level(build.height(z)),
            columns: (0..width).map(|i| build.column(x0 + i as f32 * dx, z)).collect(),
            rows: (0..height).map(|j| build.row(y0 + j as f32 * dy, z)).collect(),
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
                let n = j * canvas.width + i;
                let out = level.out(p);
                if out < -2.0 * edge {
                    depth[n] = out;
                    canvas.hu[n] = FAT_HU;
                } else {
                    let skin = level.skin(p);
                    if skin > 2.0 * edge {
                        continue;
                    }
                    depth[n] = out;
                    wall::paint(&mut canvas.hu[n], &level, p, skin, out, edge, &self.chest.texture);
                }
                let dy = p.y - level.spine_y;
                if p.x.abs() < 42.0 && (-22.0..75.0).contains(&dy) {
                    spine::paint(&mut canvas.hu[n], p, dy, edge, &self.chest.texture);
                }
                if out < 8.0 {
                    between[n] = lung::midline(p, level.spine_y);
                }
            }
        }
        for piece in self.pieces_near(canvas, 8.0) {
            let Some(margin) = piece.margin else { continue };
            let (columns, rows) = canvas.pixels(self.chest.build.patient_bounds(piece.bounds(margin + 8.0)));
            for j in rows {
                for i in columns.clone() {
                    let n = j * canvas.width + i;
                    if depth[n] < 8.0 {
                        between[n] = lung::push(between[n], piece.distance(canvas.model(i, j)) - margin);
                    }
                }
            }
        }
        // Well above both domes nothing of them is felt.
        let top = lung::DOME_TOP_MM - self.chest.build.breath;
        for j in 0..canvas.height {
            for i in 0..canvas.width {
                let n = j * canvas.width + i;
                if depth[n] > 3.0 {
                    continue;
                }
                let p = canvas.model(i, j);
                let dome = if p.z > top { top - 60.0 } else { lung::dome(&self.chest.build, p) };
                let under = smooth_min((dome - p.z) * 0.8, 1.0 - depth[n], 4.0);
                // The crura pass in front of the spine and the aorta.
                let behind = oval(p.x - 3.0, p.y - level.spine_y, 25.0, 28.0);
                let under = smooth_min(under, behind, 6.0);
                if under > -2.0 {
                    self.chest.abdomen.paint(&mut canvas.hu[n], p, under, edge);
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
        let p = self.chest.build.unbreathe(p);
        let tissue = lung::tissue_hu(p, &self.chest.texture, -893.0 + self.chest.build.lung_hu);
        let (oblique, horizontal) = lung::fissures(p);
        let line = if oblique > 0.0 { oblique.abs().min(horizontal.abs()) } else { oblique.abs() };
        // A sheet of about half a millimetre, blurred over the slice.
        mix(tissue, -640.0, 0.62 * coverage(line - 0.25, 1.3 * self.edge_mm))
    }

    fn pieces_near(&self, canvas: &Canvas, margin: f32) -> impl Iterator<Item = &'a Piece> + use<'a> {
        let (chest, z) = (self.chest, canvas.level.z);
        chest.pieces.iter().filter(move |piece| {
            let (low, high) = piece.bounds(piece.margin.unwrap_or(0.0) + margin);
            (low.z..=high.z).contains(&z)
        })
    }

    /// Heart, great vessels, airways, gullet.
    fn organs(&self, canvas: &mut Canvas) {
        let edge = canvas.edge_mm;
        for piece in self.pieces_near(canvas, edge) {
            let (columns, rows) = canvas.pixels(self.chest.build.patient_bounds(piece.bounds(edge)));
            for j in rows {
                for i in columns.clone() {
                    let n = j * canvas.width + i;
                    let d = piece.distance(canvas.model(i, j));
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
        let blood = (self.chest.build.blood_hu - 15.0).max(35.0);
        let list = self.branches_of_slice.get(k).map_or(&[][..], Vec::as_slice);
        for kind in [Kind::Vessel, Kind::AirwayWall, Kind::AirwayLumen] {
            for branch in
                list.iter().filter_map(|&n| self.branches.get(n as usize)).filter(|b| b.kind == kind)
            {
                let tube = &branch.tube;
                let (low, high) = tube.bounds(edge);
                if canvas.z < low.z || canvas.z > high.z {
                    continue;
                }
                let (columns, rows) = canvas.pixels((low, high));
                // What a tube thinner than the painted edge gives is spread over that edge.
                let r = 0.5 * (tube.ra + tube.rb);
                let thin = if r < 0.5 * edge {
                    r * r / (r * r + 0.05 * r * edge + 0.025 * edge * edge)
                } else {
                    1.0
                };
                for j in rows {
                    for i in columns.clone() {
                        let d = tube.distance(canvas.patient(i, j));
                        if d > 0.5 * edge {
                            continue;
                        }
                        let n = j * canvas.width + i;
                        let inside = if tube.ra > 4.0 { 1.0 } else { coverage(canvas.lung[n] + 0.3, 1.6) };
                        let share = thin * inside * coverage(d, edge);
                        let hu = &mut canvas.hu[n];
                        *hu = match kind {
                            Kind::Vessel => hu.max(mix(*hu, blood, share)),
                            Kind::AirwayWall => hu.max(mix(*hu, -40.0, share)),
                            Kind::AirwayLumen => mix(*hu, -975.0, share),
                        };
                    }
                }
            }
        }
    }

    fn lumps(&self, canvas: &mut Canvas) {
        for nodule in self.nodules {
            let reach = nodule.reach_mm();
            let centre = nodule.centre(&self.chest.build);
            if (centre.z - canvas.z).abs() > reach {
                continue;
            }
            let (columns, rows) = canvas.pixels((centre - Vec3::splat(reach), centre + Vec3::splat(reach)));
            for j in rows {
                for i in columns.clone() {
                    let n = j * canvas.width + i;
                    let q = canvas.patient(i, j) - centre;
                    let hu = &mut canvas.hu[n];
                    nodule.paint(hu, q, canvas.lung[n], canvas.edge_mm, &self.chest.texture);
                }
            }
        }
    }

    /// How much of the beam the body and the shoulders swallow on the way to a place: noise there
    /// against that in the middle of the chest.
    fn noise_share(&self, p: Vec3) -> f32 {
        let (x, y) = (p.x / 170.0, (p.y - 10.0) / 130.0);
        let inner = (1.0 - 0.6 * (x * x + y * y)).max(0.25);
        (0.4 + 0.6 * inner) * (1.0 + 0.8 * self.shoulders(p.z))
    }

    fn shoulders(&self, z: f32) -> f32 {
        ramp(50.0, 100.0, self.chest.build.height(z))
    }

    /// Standard deviation of the noise at a place, patient mm.
    fn noise_hu(&self, p: Vec3) -> f32 {
        self.scan.noise_hu(f64::from(self.thickness_mm)) * self.noise_share(p)
    }

    /// The scanner's noise, averaged over its pixels in every voxel.
    fn grain(&self, k: usize, [nx, ny]: [usize; 2], spacing_mm: [f32; 2]) -> Vec<f32> {
        let n = self.finer;
        let fine = self.scan.grain(k as i64, [nx * n, ny * n], spacing_mm.map(|s| s / n as f32));
        if n == 1 {
            return fine;
        }
        let mut sum = vec![0.0; nx * ny];
        let unit = 1.0 / (n * n) as f32;
        for (row, line) in fine.chunks_exact(nx * n).enumerate() {
            let out = sum.iter_mut().skip(row / n * nx);
            out.zip(line.chunks_exact(n)).for_each(|(s, pixels)| *s += unit * pixels.iter().sum::<f32>());
        }
        sum
    }

    /// What the scanner makes of a painted slice: blur, noise, whole numbers.
    fn expose(&self, painted: &[f32], k: usize, z: f32) -> Box<[i16]> {
        let ([nx, ny, _], m) = (self.grid.size(), self.margin);
        let [dx, dy, _] = self.grid.spacing_mm().map(|s| s as f32);
        let origin = self.grid.patient_from_voxel().origin();
        // Standard deviation of the edge that `coverage` paints, as a blur.
        let painted_mm = 0.2236 * self.edge_mm;
        let hu = self.scan.blur(painted, [nx + 2 * m, ny + 2 * m], [dx, dy], painted_mm);
        let grain = if self.scan.noisy { self.grain(k, [nx, ny], [dx, dy]) } else { vec![0.0; nx * ny] };
        let deviation = self.scan.noise_hu(f64::from(self.thickness_mm));
        // Shoulders also draw streaks from side to side.
        let streaks = if self.scan.noisy { 0.9 * deviation * self.shoulders(z) } else { 0.0 };
        let texture = &self.chest.texture;
        let mut out = Vec::with_capacity(nx * ny);
        for (j, (row, grain)) in self.rows(&hu).zip(grain.chunks_exact(nx)).enumerate() {
            let y = origin.y as f32 + j as f32 * dy;
            for (i, (value, grain)) in row.iter().zip(grain).enumerate() {
                let x = origin.x as f32 + i as f32 * dx;
                let share = self.noise_share(Vec3::new(x, y, z));
                let mut value = value + deviation * share * grain;
                if streaks > 0.0 {
                    value += streaks * share * 1.4 * texture.at([x / 38.0, y / 1.3, z * 0.9]);
                }
                out.push(value.round().clamp(-1024.0, 3071.0) as i16);
            }
        }
        out.into_boxed_slice()
    }
}
