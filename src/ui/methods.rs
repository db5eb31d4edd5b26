//! Methods of explanation in words: a name, and what a map of it shows, what it does not show, and when it
//! misleads.

use crate::explain::Method;
use crate::say;

/// Name of a method in menus.
pub const fn name(method: Method) -> &'static str {
    match method {
        Method::GradCam => "Grad-CAM",
        Method::GradCamPlusPlus => "Grad-CAM++",
        Method::HiResCam => "HiResCAM",
        Method::LayerCam => "Layer-CAM",
        Method::ScoreCam => "Score-CAM",
        Method::Gradient => "Gradient",
        Method::GradientTimesInput => "Gradient \u{00d7} input",
        Method::SmoothGrad => "SmoothGrad",
        Method::IntegratedGradients => "Integrated gradients",
        Method::GuidedBackprop => "Guided backpropagation",
        Method::Occlusion => "Occlusion",
        Method::Rise => "RISE",
        Method::KernelShap => "KernelSHAP",
        Method::Native => "Native",
        Method::AttentionRollout => "Attention rollout",
        Method::AttentionRelevance => "Attention relevance",
        Method::DateDifference => "Change of gate",
    }
}

/// Three sentences: what it shows, what it does not, when it misleads.
pub fn told(method: Method) -> &'static str {
    match method {
        Method::GradCam => {
            say!("method-grad-cam")
        }
        Method::GradCamPlusPlus => {
            say!("method-grad-cam-pp")
        }
        Method::HiResCam => {
            say!("method-hires-cam")
        }
        Method::LayerCam => {
            say!("method-layer-cam")
        }
        Method::ScoreCam => {
            say!("method-score-cam")
        }
        Method::Gradient => {
            say!("method-gradient")
        }
        Method::GradientTimesInput => {
            say!("method-gradient-x-input")
        }
        Method::SmoothGrad => {
            say!("method-smooth-grad")
        }
        Method::IntegratedGradients => {
            say!("method-integrated-gradients")
        }
        Method::GuidedBackprop => {
            say!("method-guided-backprop")
        }
        Method::Occlusion => {
            say!("method-occlusion")
        }
        Method::Rise => {
            say!("method-rise")
        }
        Method::KernelShap => {
            say!("method-kernel-shap")
        }
        Method::Native => {
            say!("method-native")
        }
        Method::AttentionRollout => {
            say!("method-attention-rollout")
        }
        Method::AttentionRelevance => {
            say!("method-attention-relevance")
        }
        Method::DateDifference => {
            say!("method-date-difference")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_told_in_three_sentences_and_named_like_no_other() {
        let mut names: Vec<&str> = Method::ALL.into_iter().map(name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Method::ALL.len());
        for method in Method::ALL {
            let text = told(method);
            let sentences = text.matches(". ").count() + usize::from(text.ends_with('.'));
            assert_eq!(sentences, 3, "{text}");
            assert!(!text.contains("  "), "{text}");
        }
    }
}
