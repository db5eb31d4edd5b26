//! Explanations by the names of the command line.

use std::fmt;
use std::str::FromStr;

use super::parameters::Parameters;
use crate::networks::m3net::EncoderConfig;
use crate::networks::{Family, NetworkSpec, Scale, Size, m3net_config, spec};

/// A method of explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Gradient-weighted class activation, positive evidence alone (Selvaraju et al. 2017,
    /// arXiv 1610.02391), in three dimensions.
    GradCam,
    /// Several places of one kind count as much as one (Chattopadhay et al. 2018, arXiv 1710.11063).
    GradCamPlusPlus,
    /// Features times derivative, place by place (Draelos and Carin 2020, arXiv 2011.08891).
    HiResCam,
    /// Features times rising derivative, place by place (Jiang et al. 2021).
    LayerCam,
    /// Channels weighed by the answer to what they cover (Wang et al. 2020, arXiv 1910.01279).
    ScoreCam,
    /// Derivative by the input (Simonyan et al. 2013, arXiv 1312.6034), signed.
    Gradient,
    /// Derivative times input (Shrikumar et al. 2016, arXiv 1605.01713).
    GradientTimesInput,
    /// Mean derivative over noisy inputs (Smilkov et al. 2017, arXiv 1706.03825).
    SmoothGrad,
    /// Derivatives along the way from air to the input (Sundararajan et al. 2017, arXiv 1703.01365).
    IntegratedGradients,
    /// Derivative by the input, of which each ReLU lets through only what raises what it gave (Springenberg et al.
    /// 2015, arXiv 1412.6806). It fails randomisation tests.
    GuidedBackprop,
    /// What is lost when a block of tissue is replaced by lung (Zeiler and Fergus 2014, arXiv 1311.2901).
    Occlusion,
    /// Random patterns of covered tissue (Petsiuk et al. 2018, arXiv 1806.07421).
    Rise,
    /// The margin shared out among pieces of tissue (Lundberg and Lee 2017, arXiv 1705.07874).
    KernelShap,
    /// The network's own. M3Net: per-scale Grad-CAMs weighted by the signed contribution of their scale.
    /// MMCAF-Net and CSF-Net: their spatial gate. MAEMC-NET: attention rollout. LungNodule-SSM: what the
    /// class token attends to.
    Native,
    /// Attention from the class token through all blocks (Abnar and Zuidema 2020, arXiv 2005.00928).
    AttentionRollout,
    /// Attention as far as it raises the answer, through all blocks (Chefer et al. 2021, arXiv 2103.15679).
    AttentionRelevance,
    /// CSF-Net's gate on the later date less that on the earlier one.
    DateDifference,
}

impl Method {
    /// Those of this version.
    pub const ALL: [Method; 17] = [
        Method::GradCam,
        Method::GradCamPlusPlus,
        Method::HiResCam,
        Method::LayerCam,
        Method::ScoreCam,
        Method::Gradient,
        Method::GradientTimesInput,
        Method::SmoothGrad,
        Method::IntegratedGradients,
        Method::GuidedBackprop,
        Method::Occlusion,
        Method::Rise,
        Method::KernelShap,
        Method::Native,
        Method::AttentionRollout,
        Method::AttentionRelevance,
        Method::DateDifference,
    ];

    /// Name in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GradCam => "grad_cam",
            Self::GradCamPlusPlus => "grad_cam_pp",
            Self::HiResCam => "hires_cam",
            Self::LayerCam => "layer_cam",
            Self::ScoreCam => "score_cam",
            Self::Gradient => "gradient",
            Self::GradientTimesInput => "gradient_x_input",
            Self::SmoothGrad => "smooth_grad",
            Self::IntegratedGradients => "integrated_gradients",
            Self::GuidedBackprop => "guided_backprop",
            Self::Occlusion => "occlusion",
            Self::Rise => "rise",
            Self::KernelShap => "kernel_shap",
            Self::Native => "native",
            Self::AttentionRollout => "attention_rollout",
            Self::AttentionRelevance => "attention_relevance",
            Self::DateDifference => "date_difference",
        }
    }

    /// The method of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// What must stand beside every map of it, one sentence: it fails a test of what maps are for.
    pub const fn caution(self) -> Option<&'static str> {
        match self {
            Self::GuidedBackprop => Some(
                "Guided backpropagation fails randomisation tests: its maps stay nearly the same when the deeper layers of the network are made random",
            ),
            _ => None,
        }
    }

    /// Whether it can be had of one scale alone. One scale's share of a sum over scales says nothing that its
    /// Grad-CAM does not; a block of tissue vanishes from all scales.
    const fn has_scales(self) -> bool {
        match self {
            Self::GradCam
            | Self::GradCamPlusPlus
            | Self::HiResCam
            | Self::LayerCam
            | Self::ScoreCam
            | Self::Gradient
            | Self::GradientTimesInput
            | Self::SmoothGrad
            | Self::IntegratedGradients
            | Self::GuidedBackprop => true,
            Self::Native
            | Self::Occlusion
            | Self::Rise
            | Self::KernelShap
            | Self::AttentionRollout
            | Self::AttentionRelevance
            | Self::DateDifference => false,
        }
    }

    /// The method for all scales together, and for each where it can be had of one.
    pub fn every_scale(self) -> Vec<Wanted> {
        let own = Scale::ALL.into_iter().map(Some).filter(|_| self.has_scales());
        std::iter::once(None).chain(own).map(|scale| Wanted { method: self, scale }).collect()
    }

    /// Passes through an M3Net that its maps take, about, a way back counting as two; `None` where that hangs on the
    /// network's layers.
    pub fn passes(self) -> Option<usize> {
        let how = Parameters::default();
        match self {
            Self::ScoreCam => None,
            Self::SmoothGrad => Some(3 * how.smoothing.samples),
            Self::IntegratedGradients => Some(3 * how.steps + 2),
            // Each of the strongest blocks is asked again in eight parts.
            Self::Occlusion => {
                Some(how.occluding.blocks.iter().product::<usize>() + 8 * how.occluding.refined)
            }
            Self::Rise => Some(how.covering.patterns),
            Self::KernelShap => Some(how.sharing.coalitions),
            _ => Some(3),
        }
    }

    /// Those that the window computes when they are asked for.
    /// - `model`: name of a network; nothing is computed of one that is not known
    pub fn on_demand(model: &str) -> Vec<Method> {
        let Ok(spec) = spec(model) else { return Vec::new() };
        let there = Wanted::in_the_window(spec.family);
        // The rollout is what is native to MAEMC-NET.
        let same = |method: &Method| spec.family == Family::Maemc && *method == Method::AttentionRollout;
        let known = |method: &Method| there.iter().any(|wanted| wanted.method == *method) || same(method);
        Method::of(spec).into_iter().filter(|method| !known(method)).collect()
    }

    /// Those that explain a network.
    pub fn of(spec: &NetworkSpec) -> Vec<Method> {
        let defined = |method: &Method| match method {
            Method::GuidedBackprop => has_relus(spec),
            // What the way back through the published transformer keeps of 1297 tokens would fill tens of gigabytes.
            Method::Gradient
            | Method::GradientTimesInput
            | Method::SmoothGrad
            | Method::IntegratedGradients
            | Method::AttentionRelevance => spec.family != Family::Ssm || spec.size == Size::Compact,
            // A pass through the published transformer for each of its thousand features would take hours.
            Method::ScoreCam => spec.family != Family::Ssm || spec.size == Size::Compact,
            _ => true,
        };
        Method::of_family(spec.family).iter().copied().filter(defined).collect()
    }

    /// Those that explain networks of a family, if they have what the method needs.
    const fn of_family(family: Family) -> &'static [Method] {
        match family {
            Family::M3Net => &[
                Method::GradCam,
                Method::GradCamPlusPlus,
                Method::HiResCam,
                Method::LayerCam,
                Method::ScoreCam,
                Method::Gradient,
                Method::GradientTimesInput,
                Method::SmoothGrad,
                Method::IntegratedGradients,
                Method::GuidedBackprop,
                Method::Occlusion,
                Method::Rise,
                Method::KernelShap,
                Method::Native,
            ],
            Family::Mmcaf => &[
                Method::GradCam,
                Method::GradCamPlusPlus,
                Method::HiResCam,
                Method::LayerCam,
                Method::ScoreCam,
                Method::Gradient,
                Method::GradientTimesInput,
                Method::SmoothGrad,
                Method::IntegratedGradients,
                Method::Occlusion,
                Method::Rise,
                Method::KernelShap,
                Method::Native,
            ],
            Family::Maemc => &[
                Method::GradCam,
                Method::GradCamPlusPlus,
                Method::HiResCam,
                Method::LayerCam,
                Method::ScoreCam,
                Method::Gradient,
                Method::GradientTimesInput,
                Method::SmoothGrad,
                Method::IntegratedGradients,
                Method::Occlusion,
                Method::Rise,
                Method::KernelShap,
                Method::Native,
                Method::AttentionRollout,
                Method::AttentionRelevance,
            ],
            Family::Csf => &[
                Method::GradCam,
                Method::GradCamPlusPlus,
                Method::HiResCam,
                Method::LayerCam,
                Method::ScoreCam,
                Method::Gradient,
                Method::GradientTimesInput,
                Method::SmoothGrad,
                Method::IntegratedGradients,
                Method::GuidedBackprop,
                Method::Occlusion,
                Method::Rise,
                Method::KernelShap,
                Method::Native,
                Method::DateDifference,
            ],
            Family::Ssm => &[
                Method::GradCam,
                Method::GradCamPlusPlus,
                Method::HiResCam,
                Method::LayerCam,
                Method::ScoreCam,
                Method::Gradient,
                Method::GradientTimesInput,
                Method::SmoothGrad,
                Method::IntegratedGradients,
                Method::Occlusion,
                Method::Rise,
                Method::KernelShap,
                Method::Native,
                Method::AttentionRollout,
                Method::AttentionRelevance,
            ],
        }
    }
}

/// A method, for one scale or for all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wanted {
    /// Which.
    pub method: Method,
    /// `None`: the scales combined.
    pub scale: Option<Scale>,
}

impl Wanted {
    /// Grad-CAM of everything: combined, micro, meso, macro.
    pub const ALL_GRAD_CAM: [Wanted; 4] = [
        Wanted { method: Method::GradCam, scale: None },
        Wanted { method: Method::GradCam, scale: Some(Scale::Micro) },
        Wanted { method: Method::GradCam, scale: Some(Scale::Meso) },
        Wanted { method: Method::GradCam, scale: Some(Scale::Macro) },
    ];

    /// Whether a network can be explained so.
    pub fn is_of(self, spec: &NetworkSpec) -> bool {
        Method::of(spec).contains(&self.method) && (self.scale.is_none() || spec.family == Family::M3Net)
    }

    /// The same by the network's name; nothing is of one that is not known.
    pub fn is_of_model(self, model: &str) -> bool {
        spec(model).is_ok_and(|spec| self.is_of(spec))
    }

    /// What comes with the answer of a network of this family in the window: of those that are no M3Net, what costs
    /// less than the answer itself.
    pub fn in_the_window(family: Family) -> Vec<Wanted> {
        let with_answer: &[Method] = match family {
            Family::M3Net => return Self::IN_THE_WINDOW.to_vec(),
            Family::Mmcaf => &[Method::GradCam, Method::Native],
            Family::Csf => &[Method::GradCam, Method::Native, Method::DateDifference],
            Family::Maemc | Family::Ssm => &[Method::Native],
        };
        with_answer.iter().map(|method| Wanted { method: *method, scale: None }).collect()
    }

    /// What the window can show of an M3Net.
    pub const IN_THE_WINDOW: [Wanted; 5] = [
        Self::ALL_GRAD_CAM[0],
        Self::ALL_GRAD_CAM[1],
        Self::ALL_GRAD_CAM[2],
        Self::ALL_GRAD_CAM[3],
        Wanted { method: Method::Native, scale: None },
    ];
}

/// Whether every voxel of the input reaches the answer through ReLUs alone, but for norms, gates and what joins
/// scales: then guided backpropagation is defined.
fn has_relus(spec: &NetworkSpec) -> bool {
    match spec.family {
        Family::M3Net => m3net_config(spec.name).is_ok_and(|config| {
            config.encoders.iter().all(|encoder| matches!(encoder, EncoderConfig::ResNet3d(_)))
        }),
        Family::Csf => true,
        // Leaky ReLUs in the picture's encoder; GELUs.
        Family::Mmcaf | Family::Maemc | Family::Ssm => false,
    }
}

impl FromStr for Wanted {
    type Err = UnknownMethod;

    /// `grad_cam`, `grad_cam:micro` ...
    fn from_str(text: &str) -> Result<Self, UnknownMethod> {
        let (name, scale) = text.split_once(':').map_or((text, None), |(name, scale)| (name, Some(scale)));
        let method = match Method::named(name) {
            Some(method) => method,
            None => return Err(UnknownMethod::Method(name.to_owned())),
        };
        let find = |word: &str| {
            let known = Scale::ALL.into_iter().find(|s| s.name() == word);
            known.ok_or_else(|| UnknownMethod::Scale(word.to_owned()))
        };
        let scale = scale.map(find).transpose()?;
        if scale.is_some() && !method.has_scales() {
            return Err(UnknownMethod::OneScaleOf(method.name()));
        }
        Ok(Self { method, scale })
    }
}

/// A text that names no explanation of this version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownMethod {
    /// Of nobody.
    #[error("`{0}` is no method; this version has {list}", list = listed())]
    Method(String),
    /// Behind the colon.
    #[error("`{0}` is no scale; there are micro, meso and macro")]
    Scale(String),
    /// A sum has no parts.
    #[error("{0} is of the whole network; ask for it without a scale")]
    OneScaleOf(&'static str),
}

fn listed() -> String {
    Method::ALL.map(Method::name).join(", ")
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method.name())?;
        self.scale.map_or(Ok(()), |scale| write!(f, ":{}", scale.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for text in [
            "integrated_gradients:macro",
            "hires_cam",
            "grad_cam",
            "grad_cam:micro",
            "grad_cam:meso",
            "grad_cam:macro",
            "native",
        ] {
            assert_eq!(text.parse::<Wanted>().expect("known").to_string(), text);
        }
        for text in ["", "cam", "grad_cam:", "grad_cam:nano", "native:micro", "grad_cam:micro:meso"] {
            assert!(text.parse::<Wanted>().is_err(), "{text}");
        }
        let wrong = |text: &str| text.parse::<Wanted>().expect_err("unknown").to_string();
        assert!(wrong("native:micro").contains("without a scale"));
    }

    #[test]
    fn every_network_can_be_asked_what_its_input_does() {
        for name in crate::networks::names() {
            let methods = Method::of(spec(name).expect("known"));
            assert!(methods.contains(&Method::Occlusion) && methods.contains(&Method::Rise), "{name}");
            let derived = methods.contains(&Method::IntegratedGradients);
            assert_eq!(derived, name != "lungnodule-ssm", "{name}");
            let spec = spec(name).expect("known");
            let in_the_window = Wanted::in_the_window(spec.family);
            assert!(in_the_window.iter().all(|wanted| wanted.is_of(spec)), "{in_the_window:?}");
            let cams = [Method::GradCam, Method::GradCamPlusPlus, Method::HiResCam, Method::LayerCam];
            assert!(cams.iter().all(|cam| methods.contains(cam)), "{name}");
            assert!(methods.contains(&Method::KernelShap), "{name}");
            let attends = matches!(spec.family, Family::Maemc | Family::Ssm);
            assert_eq!(methods.contains(&Method::AttentionRollout), attends, "{name}");
        }
    }

    #[test]
    fn guided_backpropagation_is_of_networks_with_relus_alone() {
        let has: Vec<&str> = crate::networks::names()
            .into_iter()
            .filter(|name| spec(name).is_ok_and(|spec| Method::of(spec).contains(&Method::GuidedBackprop)))
            .collect();
        assert_eq!(has, ["m3net-compact", "m3net-r18x3", "csf-net", "csf-net-compact"]);
        let chosen = Method::on_demand("csf-net-compact");
        let there = [Method::GradCam, Method::Native, Method::DateDifference];
        assert!(chosen.contains(&Method::GuidedBackprop), "computed when it is asked for");
        assert!(there.iter().all(|method| !chosen.contains(method)), "{chosen:?}");
        assert!(Method::on_demand("m4net").is_empty());
    }
}
