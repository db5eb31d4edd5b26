//! Why: saliency maps on the CT's own grid, and the contribution of each scale.
//!
//! The arithmetic runs on the inference thread through burn's autodiff; what leaves this room is
//! plain numbers. `workflow::classify` calls it, `render` and `export` read the maps.

#[cfg(test)]
mod against_pytorch;
mod agreement;
mod attention;
mod attention_maps;
mod cam;
mod contribution;
mod csf;
mod error;
mod features;
mod grad_cam;
mod guided;
mod input;
mod inside;
mod kernel_shap;
mod laid;
mod m3net;
mod maemc;
mod method;
mod mmcaf;
mod neighbourhood;
mod noise;
mod occlusion;
mod parameters;
mod picture;
mod rise;
mod saliency;
mod sampled;
mod score_cam;
mod ssm;
mod supervoxels;
mod trust;
mod uncertainty;

pub use agreement::{Agreement, DIFFERENCE, STRONGEST, agreements, difference};
pub use attention_maps::{AttentionMaps, Token, attends, attention_maps};
pub use cam::{CamRule, Evidence};
pub use contribution::{Contribution, contribution, leave_one_out};
pub use csf::{csf_change, csf_fields, csf_gate};
pub use error::ExplainError;
pub use features::{FeatureMaps, LayerWanted, feature_maps, read_parts};
pub use grad_cam::{NativeMap, combined, evidence, grad_cam, native_map};
pub use guided::{csf_back, csf_guided, guided};
pub use input::{
    CropMaps, Integrated, Slope, Smoothing, integrated, margin, slope, smooth, times_input, values_of,
};
pub use inside::{Inside, InsideWanted, look_inside};
pub use kernel_shap::{Shared, Sharing, kernel_shap};
pub use m3net::{M3NetAnswered, M3NetMaps};
pub use maemc::{maemc_map, maemc_rollout};
pub use method::{Method, UnknownMethod, Wanted};
pub use mmcaf::{mmcaf_fields, mmcaf_gate, mmcaf_grad_cam};
pub use neighbourhood::{Around, Jitter, Neighbourhood, Place, SAME_ANSWER, Stability, Why, neighbourhood};
pub use occlusion::{Occluded, Occluding, Still, block_around, margin_without, occlude, parts};
pub use parameters::Parameters;
pub use picture::Picture;
pub use rise::{Covering, rise};
pub use saliency::Saliency;
pub use sampled::{
    CASCADE, Cascade, CsfSampled, MaemcSampled, MmcafSampled, Sampled, SampledMaps, SampledTrust, SsmSampled,
};
pub use ssm::ssm_attention;
pub use trust::{Trust, rank_correlation, ssim};
pub use uncertainty::{PASSES, Position, SEED, Uncertainty, Varied, turned_answers, uncertainty};
