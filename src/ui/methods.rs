//! Methods of explanation in words: a name, and what a map of it shows, what it does not show, and when it
//! misleads.

use crate::explain::Method;

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
        Method::Occlusion => "Occlusion",
        Method::Rise => "RISE",
        Method::KernelShap => "KernelSHAP",
        Method::Native => "Native",
        Method::AttentionRollout => "Attention rollout",
        Method::DateDifference => "Change of gate",
    }
}

/// Three sentences: what it shows, what it does not, when it misleads.
pub const fn told(method: Method) -> &'static str {
    match method {
        Method::GradCam => {
            "Where the features of one layer speak for malignancy. It does not show what speaks against it, nor \
             anything finer than that layer's cells. It misleads where a feature counts in one place and not in \
             another: its weight is a mean over both."
        }
        Method::GradCamPlusPlus => {
            "As Grad-CAM, with several places of one kind counting as much as one. It does not show what speaks \
             against malignancy. Its weights rest on an assumption about the last layer that a fusion of three \
             scales does not keep."
        }
        Method::HiResCam => {
            "Features times the answer's derivative, place by place, both signs kept apart by sight alone. It is \
             no finer than the layer's cells. It says what the layer did here, not what another picture would do."
        }
        Method::LayerCam => {
            "Features that the answer would rise with, place by place. It does not show what speaks against \
             malignancy. Early layers give fine and noisy maps that follow edges whatever the answer is."
        }
        Method::ScoreCam => {
            "Features of one layer, weighed by how far the answer rises when the network sees only what they cover. \
             It takes no derivative, and does not show what speaks against malignancy. A crop with most of it dark is \
             nothing that the network was taught on, and its answers there decide the weights."
        }
        Method::Gradient => {
            "How the answer would change with each voxel. It does not show what the answer was made of, only its \
             slope here. Of a saturated answer the slope is about nothing everywhere, and it is noisy."
        }
        Method::GradientTimesInput => {
            "What each voxel gives to the answer, to first order. Dark voxels give nothing by definition, \
             whatever they mean. It follows bright structures even where the network does not."
        }
        Method::SmoothGrad => {
            "The slope of the answer, averaged over noisy copies of the picture. It does not add up to the \
             answer. The noise is the network's own input made unlike any CT that it was taught on."
        }
        Method::IntegratedGradients => {
            "How the difference between this picture and even air is shared out among its voxels: the shares add \
             up to it. It does not say that a voxel matters beside other pictures than air. Where the sum and \
             the difference disagree, the steps were too few."
        }
        Method::Occlusion => {
            "What is lost when a block of tissue is replaced by aerated lung. It does not see what two blocks say \
             together. An edge of lung inside tissue is something that the network was never taught on."
        }
        Method::Rise => {
            "The mean probability over random patterns that leave a place to be seen. It assumes nothing about the \
             network's layers. With few patterns it is noisy, and its finest detail is its cells."
        }
        Method::KernelShap => {
            "How the difference between this picture and even lung is shared out fairly among pieces of tissue: the shares \
             add up to it. It is no finer than its pieces, and with few coalitions it is noisy. A picture with pieces \
             replaced by lung is nothing that the network was taught on."
        }
        Method::Native => {
            "What the network itself offers: its own gate, or the maps of its scales weighed by what each scale \
             gave for or against. It does not follow a way back from the answer where it is a gate. A gate that \
             looks somewhere need not use what it sees there."
        }
        Method::AttentionRollout => {
            "How far the class token attends to each slice, through all blocks. It does not know what was taken \
             from there. Attention is spread by paths that carry nothing of the answer."
        }
        Method::DateDifference => {
            "Where the network's gate opened or closed between the two dates. It does not show what the change \
             did to the answer. The dates are matched at the marked points alone, so that a shift looks like a change."
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
