### What methods of explanation show, what they do not show, and when they mislead.

## ui/methods

method-grad-cam = Where the features of one layer speak for malignancy. It does not show what speaks against it, nor anything finer than that layer's cells. It misleads where a feature counts in one place and not in another: its weight is a mean over both.
method-grad-cam-pp = As Grad-CAM, with several places of one kind counting as much as one. It does not show what speaks against malignancy. Its weights rest on an assumption about the last layer that a fusion of three scales does not keep.
method-hires-cam = Features times the answer's derivative, place by place, both signs kept apart by sight alone. It is no finer than the layer's cells. It says what the layer did here, not what another picture would do.
method-layer-cam = Features that the answer would rise with, place by place. It does not show what speaks against malignancy. Early layers give fine and noisy maps that follow edges whatever the answer is.
method-score-cam = Features of one layer, weighed by how far the answer rises when the network sees only what they cover. It takes no derivative, and does not show what speaks against malignancy. A crop with most of it dark is nothing that the network was taught on, and its answers there decide the weights.
method-gradient = How the answer would change with each voxel. It does not show what the answer was made of, only its slope here. Of a saturated answer the slope is about nothing everywhere, and it is noisy.
method-gradient-x-input = What each voxel gives to the answer, to first order. Dark voxels give nothing by definition, whatever they mean. It follows bright structures even where the network does not.
method-smooth-grad = The slope of the answer, averaged over noisy copies of the picture. It does not add up to the answer. The noise is the network's own input made unlike any CT that it was taught on.
method-integrated-gradients = How the difference between this picture and even air is shared out among its voxels: the shares add up to it. It does not say that a voxel matters beside other pictures than air. Where the sum and the difference disagree, the steps were too few.
method-guided-backprop = What comes back to each voxel when every ReLU on the way lets through only what raises the answer. It does not show what the network learned: such maps stay nearly the same when the network's deeper layers are made random. Its sharp edges are the picture's own, and they look like evidence.
method-occlusion = What is lost when a block of tissue is replaced by aerated lung. It does not see what two blocks say together. An edge of lung inside tissue is something that the network was never taught on.
method-rise = The mean probability over random patterns that leave a place to be seen. It assumes nothing about the network's layers. With few patterns it is noisy, and its finest detail is its cells.
method-kernel-shap = How the difference between this picture and even lung is shared out fairly among pieces of tissue: the shares add up to it. It is no finer than its pieces, and with few coalitions it is noisy. A picture with pieces replaced by lung is nothing that the network was taught on.
method-native = What the network itself offers: its own gate, or the maps of its scales weighed by what each scale gave for or against. It does not follow a way back from the answer where it is a gate. A gate that looks somewhere need not use what it sees there.
method-attention-rollout = How far the class token attends to each slice, through all blocks. It does not know what was taken from there. Attention is spread by paths that carry nothing of the answer.
method-date-difference = Where the network's gate opened or closed between the two dates. It does not show what the change did to the answer. The dates are matched at the marked points alone, so that a shift looks like a change.
