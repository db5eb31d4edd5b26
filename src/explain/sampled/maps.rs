//! Every map of one answer that follows from the network's input, by name; nothing is computed twice.

use super::attended::Counted;
use super::cover::{Covered, blocks, occlude, rise};
use super::layer::{Layer, score_cam};
use super::shared::kernel_shap;
use super::slope::{BASELINE_HU, integrated, smooth};
use super::{Sampled, Slope};
use crate::explain::attention::{RELEVANCE, ROLLOUT};
use crate::explain::cam::CamRule;
use crate::explain::error::ExplainError;
use crate::explain::laid::Laid;
use crate::explain::method::Method;
use crate::explain::parameters::Parameters;
use crate::explain::saliency::Saliency;
use crate::geometry::VoxelGrid;
use crate::jobs::JobContext;
use crate::networks::CellGrid;

/// What is told with a map: names and numbers.
type Told = Vec<(&'static str, f64)>;

/// Computes maps of one answer.
#[derive(Debug)]
pub struct SampledMaps {
    how: Parameters,
    slope: Option<Slope>,
    layer: Option<Layer>,
}

impl SampledMaps {
    /// Nothing is computed yet.
    pub fn new(how: Parameters) -> Self {
        Self { how, slope: None, layer: None }
    }

    /// One map, on the voxels of the CT that the network read.
    /// - `grid`: of the CT
    /// - errors: cancelled, a device that failed, numbers that are none, a network without what the method needs, a
    ///   method that does not follow from the input alone
    pub fn map(
        &mut self,
        method: Method,
        of: &dyn Sampled,
        grid: &VoxelGrid,
        ctx: &JobContext,
    ) -> Result<Saliency, ExplainError> {
        let shape = of.shape();
        if let Some(laid) = self.of_cells(method, of, ctx)? {
            return Ok(laid.over(of.region(), grid));
        }
        let (values, unit, signed, told): (Vec<f32>, &'static str, bool, Told) = match method {
            Method::Gradient => (self.slope(of)?.by_input.clone(), "logit per input", true, Vec::new()),
            Method::GradientTimesInput => {
                let by_input = &self.slope(of)?.by_input;
                let values = by_input.iter().zip(of.values()).map(|(slope, value)| slope * value).collect();
                (values, "logit", true, Vec::new())
            }
            Method::SmoothGrad => {
                let how = self.how.smoothing;
                let told = vec![
                    ("samples", how.samples as f64),
                    ("noise", f64::from(how.noise)),
                    ("seed", how.seed as f64),
                ];
                (smooth(of, how, ctx)?, "logit per input", true, told)
            }
            Method::IntegratedGradients => {
                let found = integrated(of, self.how.steps, ctx)?;
                let told = vec![
                    ("steps", self.how.steps as f64),
                    ("baseline_hu", f64::from(BASELINE_HU)),
                    ("sum", found.sum),
                    ("difference", found.difference),
                ];
                (found.map, "logit", true, told)
            }
            Method::Occlusion => {
                let how = self.how.occluding;
                let Covered { map, unit } = occlude(of, how, ctx)?;
                let told = vec![
                    ("blocks", blocks(how.blocks, shape).iter().product::<usize>() as f64),
                    ("refined_blocks", how.refined as f64),
                    ("fill_hu", f64::from(how.fill_hu)),
                ];
                (map, unit, true, told)
            }
            Method::Rise => {
                let how = self.how.covering;
                let (map, mean) = rise(of, how, ctx)?;
                (map, "probability", true, how.told(mean))
            }
            Method::KernelShap => {
                let how = self.how.sharing;
                let (found, unit) = kernel_shap(of, how, ctx)?;
                let told = found.told(how);
                (found.values, unit, true, told)
            }
            _ => return Err(ExplainError::NoLayer("asked-for")),
        };
        let laid = Laid {
            method,
            shape,
            values,
            // A cell is a sample.
            cells: CellGrid { first: [0.0; 3], step: [1.0; 3] },
            samples: shape,
            unit,
            signed,
        };
        let map = laid.over(of.region(), grid);
        // What was covered together has one value.
        let native = match method {
            Method::Occlusion => Some(blocks(self.how.occluding.blocks, shape)),
            Method::Rise => Some(blocks(self.how.covering.cells, shape)),
            _ => None,
        };
        let native_shape = match method {
            Method::KernelShap => None,
            _ => native.map(|[i, j, k]| [k, j, i]).or(map.native_shape),
        };
        Ok(Saliency { told, native_shape, ..map })
    }

    /// Maps of a layer's cells; `None` of methods that ask about samples.
    fn of_cells(
        &mut self,
        method: Method,
        of: &dyn Sampled,
        ctx: &JobContext,
    ) -> Result<Option<Laid>, ExplainError> {
        let rule = match method {
            Method::GradCam => Some(CamRule::GradCam),
            Method::GradCamPlusPlus => Some(CamRule::GradCamPlusPlus),
            Method::HiResCam => Some(CamRule::HiResCam),
            Method::LayerCam => Some(CamRule::LayerCam),
            _ => None,
        };
        let (shape, cells, values, unit) = match (method, rule) {
            (_, Some(rule)) => {
                let layer = self.layer(of)?;
                (layer.evidence.shape, layer.cells, layer.evidence.map(rule), "logit")
            }
            (Method::ScoreCam, None) => {
                let layer = self.layer(of)?;
                (layer.evidence.shape, layer.cells, score_cam(of, layer, ctx)?, "feature")
            }
            (Method::AttentionRollout, None) => {
                let found = of.attended(Counted::Shares)?;
                (found.shape, found.cells, found.patches(ROLLOUT), "share")
            }
            (Method::AttentionRelevance, None) => {
                let found = of.attended(Counted::Raising)?;
                (found.shape, found.cells, found.patches(RELEVANCE), "logit")
            }
            _ => return Ok(None),
        };
        Ok(Some(Laid { method, shape, values, cells, samples: of.shape(), unit, signed: false }))
    }

    fn layer(&mut self, of: &dyn Sampled) -> Result<&Layer, ExplainError> {
        let known = match self.layer.take() {
            Some(layer) => layer,
            None => of.layer()?,
        };
        Ok(self.layer.insert(known))
    }

    fn slope(&mut self, of: &dyn Sampled) -> Result<&Slope, ExplainError> {
        let known = match self.slope.take() {
            Some(slope) => slope,
            None => of.slope(of.values())?,
        };
        Ok(self.slope.insert(known))
    }
}
