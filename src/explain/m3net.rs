//! Every map of an M3Net's answer, by name: each costs what it must, and nothing is computed twice.

use std::sync::Arc;

use super::cam::{CamRule, Evidence};
use super::contribution::Contribution;
use super::error::ExplainError;
use super::grad_cam::{NativeMap, combined, evidence, grad_cam, native_map};
use super::guided::{self, guided};
use super::input::{CropMaps, Integrated, integrated, slope, smooth, times_input, values_of};
use super::kernel_shap::kernel_shap;
use super::method::{Method, Wanted};
use super::occlusion::{Occluded, Occluding, occlude};
use super::parameters::Parameters;
use super::rise::rise;
use super::saliency::{Axes, CellMap, Saliency, add_resampled, covered, inside};
use super::score_cam::score_cam;
use crate::geometry::{VoxelBox, VoxelGrid};
use crate::inference::{ContextBox, Crop, Forward, M3NetNetwork};
use crate::jobs::JobContext;
use crate::networks::{CellGrid, Rule, Scale};

/// What an answer of an M3Net is explained from.
#[derive(Clone, Copy, Debug)]
pub struct M3NetAnswered<'a> {
    /// Who answered.
    pub network: &'a M3NetNetwork,
    /// What it read.
    pub crops: &'a [Crop; 3],
    /// What it computed.
    pub forward: &'a Forward,
    /// What each scale gave.
    pub contribution: &'a Contribution,
    /// What the boxes of the crops count in: maps come on it.
    pub grid: &'a VoxelGrid,
}

/// Computes maps of one answer, and keeps what several of them need.
#[derive(Debug)]
pub struct M3NetMaps<'a> {
    of: M3NetAnswered<'a>,
    how: Parameters,
    contexts: [ContextBox; 3],
    evidence: Option<[Evidence; 3]>,
    scored: [Option<NativeMap>; 3],
    slope: Option<CropMaps>,
    guided: Option<CropMaps>,
    smooth: Option<CropMaps>,
    integrated: Option<Integrated>,
}

impl<'a> M3NetMaps<'a> {
    /// Nothing is computed yet.
    pub fn new(of: M3NetAnswered<'a>, how: Parameters) -> Self {
        let contexts = of.crops.each_ref().map(|crop| crop.context);
        Self {
            of,
            how,
            contexts,
            evidence: None,
            scored: [None, None, None],
            slope: None,
            guided: None,
            smooth: None,
            integrated: None,
        }
    }

    /// One map.
    /// - errors: cancelled, a device that failed, numbers that are none, a layer that is not there
    pub fn map(&mut self, wanted: Wanted, ctx: &JobContext) -> Result<Saliency, ExplainError> {
        let Wanted { method, scale } = wanted;
        match method {
            Method::GradCam | Method::Native => self.activation(wanted, CamRule::GradCam),
            Method::GradCamPlusPlus => self.activation(wanted, CamRule::GradCamPlusPlus),
            Method::HiResCam => self.activation(wanted, CamRule::HiResCam),
            Method::LayerCam => self.activation(wanted, CamRule::LayerCam),
            Method::ScoreCam => self.scored(wanted, ctx),
            Method::Gradient => {
                let maps = self.slope()?.clone();
                Ok(self.laid(wanted, &maps, "logit per input", Vec::new()))
            }
            Method::GradientTimesInput => {
                let by_input = self.slope()?.clone();
                let maps = times_input(by_input, self.of.crops);
                Ok(self.laid(wanted, &maps, "logit", Vec::new()))
            }
            Method::GuidedBackprop => {
                let M3NetAnswered { network, crops, .. } = self.of;
                let maps = match self.guided.take() {
                    Some(maps) => maps,
                    None => guided(network, crops, Rule::Guided)?,
                };
                let map = self.laid(wanted, &maps, guided::UNIT, Vec::new());
                self.guided = Some(maps);
                Ok(map)
            }
            Method::SmoothGrad => {
                let how = self.how.smoothing;
                let maps = match self.smooth.take() {
                    Some(maps) => maps,
                    None => smooth(self.of.network, self.of.crops, how, ctx)?,
                };
                let told = vec![
                    ("samples", how.samples as f64),
                    ("noise", f64::from(how.noise)),
                    ("seed", how.seed as f64),
                ];
                let map = self.laid(wanted, &maps, "logit per input", told);
                self.smooth = Some(maps);
                Ok(map)
            }
            Method::IntegratedGradients => {
                let found = match self.integrated.take() {
                    Some(found) => found,
                    None => integrated(self.of.network, self.of.crops, self.how.steps, ctx)?,
                };
                let told = vec![
                    ("steps", self.how.steps as f64),
                    ("baseline", 0.0),
                    ("sum", found.sum),
                    ("difference", found.difference),
                ];
                let map = self.laid(wanted, &found.maps, "logit", told);
                self.integrated = Some(found);
                Ok(map)
            }
            Method::Occlusion => {
                let how = self.how.occluding;
                let blocks = occlude(self.of.network, self.of.crops, self.of.forward, how, ctx, |_| ())?;
                Ok(self.blocks(&blocks, how))
            }
            Method::Rise => {
                let how = self.how.covering;
                let mut maps = CropMaps::default();
                let (map, mean) = rise(self.of.network, self.of.crops, how, ctx)?;
                maps[2] = map;
                let told = how.told(mean);
                let widest = Wanted { method, scale: Some(Scale::Macro) };
                let map = self.laid(widest, &maps, "probability", told);
                let [i, j, k] = how.cells;
                Ok(Saliency { scale: None, native_shape: Some([k, j, i]), ..map })
            }
            Method::KernelShap => {
                let how = self.how.sharing;
                let found = kernel_shap(self.of.network, self.of.crops, self.of.grid, how, ctx)?;
                let mut maps = CropMaps::default();
                let told = found.told(how);
                maps[2] = found.values;
                let widest = Wanted { method, scale: Some(Scale::Macro) };
                let map = self.laid(widest, &maps, "logit", told);
                Ok(Saliency { scale: None, native_shape: None, ..map })
            }
            Method::AttentionRollout | Method::AttentionRelevance | Method::DateDifference => {
                Err(ExplainError::NoLayer(scale.map_or("combined", Scale::name)))
            }
        }
    }

    fn activation(&mut self, wanted: Wanted, rule: CamRule) -> Result<Saliency, ExplainError> {
        let M3NetAnswered { network, forward, contribution, grid, .. } = self.of;
        if self.evidence.is_none() {
            let mut all = Vec::with_capacity(3);
            for scale in Scale::ALL {
                all.push(evidence(network, forward, contribution, scale)?);
            }
            self.evidence = <[Evidence; 3]>::try_from(all).ok();
        }
        let Some(all) = &self.evidence else { return Err(ExplainError::NoNumber) };
        let of = |scale: Scale| native_map(network, &all[scale as usize], scale, rule);
        match wanted.scale {
            Some(scale) => Ok(grad_cam(wanted.method, &of(scale)?, &self.contexts[scale as usize], grid)),
            None => {
                let maps: [NativeMap; 3] = [of(Scale::Micro)?, of(Scale::Meso)?, of(Scale::Macro)?];
                Ok(combined(wanted.method, &maps, contribution, &self.contexts, grid))
            }
        }
    }

    fn scored(&mut self, wanted: Wanted, ctx: &JobContext) -> Result<Saliency, ExplainError> {
        let M3NetAnswered { network, crops, forward, contribution, grid } = self.of;
        let wanted_scales: Vec<Scale> = wanted.scale.map_or_else(|| Scale::ALL.to_vec(), |scale| vec![scale]);
        for scale in wanted_scales {
            if self.scored[scale as usize].is_none() {
                let evidence = evidence(network, forward, contribution, scale)?;
                let values = score_cam(network, crops, forward, &evidence, scale, ctx)?;
                let map = native_map(network, &evidence, scale, CamRule::GradCam)?.map;
                self.scored[scale as usize] = Some(NativeMap { scale, map: CellMap { values, ..map } });
            }
        }
        let map = match (wanted.scale, &self.scored) {
            (Some(scale), scored) => {
                let map = scored[scale as usize].as_ref().ok_or(ExplainError::NoNumber)?;
                grad_cam(wanted.method, map, &self.contexts[scale as usize], grid)
            }
            (None, [Some(micro), Some(meso), Some(wide)]) => {
                let maps = [micro.clone(), meso.clone(), wide.clone()];
                combined(wanted.method, &maps, contribution, &self.contexts, grid)
            }
            (None, _) => return Err(ExplainError::NoNumber),
        };
        // Of one scale the values are weighed features; together they are shares of each scale's logits.
        Ok(if wanted.scale.is_some() { Saliency { unit: "feature", ..map } } else { map })
    }

    fn slope(&mut self) -> Result<&CropMaps, ExplainError> {
        if self.slope.is_none() {
            let inputs = values_of(self.of.crops);
            self.slope = Some(slope(self.of.network, self.of.crops, &inputs)?.by_input);
        }
        self.slope.as_ref().ok_or(ExplainError::NoNumber)
    }

    /// Maps of the crops' own voxels on the CT's: one crop's, or their sum, because a voxel's shares in the
    /// crops that read it add up.
    fn laid(
        &self,
        wanted: Wanted,
        maps: &CropMaps,
        unit: &'static str,
        told: Vec<(&'static str, f64)>,
    ) -> Saliency {
        let grid = self.of.grid;
        let chosen: Vec<usize> = match wanted.scale {
            Some(scale) => vec![scale as usize],
            None => vec![0, 1, 2],
        };
        let boxes: Vec<VoxelBox> = chosen.iter().map(|&n| self.contexts[n].bounds).collect();
        let bounds = covered(&boxes, grid);
        let mut values = vec![0.0; bounds.size.iter().product()];
        let mut native_shape = None;
        for n in chosen {
            let read = &self.contexts[n].bounds;
            let [columns, rows, slices] = read.size;
            let shape = [slices, columns, rows];
            native_shape = wanted.scale.map(|_| shape);
            // A cell is a voxel: nothing lies between.
            let cells = CellGrid { first: [0.0; 3], step: [1.0; 3] };
            let map = CellMap { shape, values: maps[n].clone(), cells, axes: Axes::SliceColumnRow };
            add_resampled(&mut values, &bounds, &map, read, 1.0);
        }
        Saliency {
            method: wanted.method.name(),
            scale: wanted.scale,
            bounds,
            values: Arc::from(values),
            native_shape,
            unit,
            signed: true,
            told,
        }
    }

    /// Blocks on the CT's voxels; where fine ones were asked, they stand in place of the coarse one.
    fn blocks(&self, blocks: &[Occluded], how: Occluding) -> Saliency {
        let bounds = inside(&self.contexts[2].bounds, self.of.grid);
        let [ni, nj, _] = bounds.size;
        let mut values = vec![0.0f32; bounds.size.iter().product()];
        for Occluded { block, effect } in blocks {
            let along = |axis: usize| {
                let end = block.min[axis] + block.size[axis] as i64 - bounds.min[axis];
                let last = bounds.size[axis] as i64;
                let from = (block.min[axis] - bounds.min[axis]).clamp(0, last);
                from as usize..end.clamp(0, last) as usize
            };
            for k in along(2) {
                for j in along(1) {
                    let line = (k * nj + j) * ni;
                    let columns = along(0);
                    if let Some(line) = values.get_mut(line + columns.start..line + columns.end) {
                        line.fill(*effect as f32);
                    }
                }
            }
        }
        let [i, j, k] = how.blocks;
        Saliency {
            method: Method::Occlusion.name(),
            scale: None,
            bounds,
            values: Arc::from(values),
            native_shape: Some([k, j, i]),
            unit: "logit",
            signed: true,
            told: vec![
                ("blocks", how.blocks.iter().product::<usize>() as f64),
                ("refined_blocks", how.refined as f64),
                ("fill_hu", f64::from(how.fill_hu)),
            ],
        }
    }
}
