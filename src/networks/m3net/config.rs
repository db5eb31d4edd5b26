//! Sizes of M3Net's parts. The presets are in the registry.

/// A 3-D ResNet of basic blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResNet3dConfig {
    /// Channels of the stem and of layer1; layers 2 to 4 have 2, 4 and 8 times as many.
    pub width: usize,
    /// Basic blocks in layers 1 to 4: 2,2,2,2 is ResNet-18, 3,4,6,3 ResNet-34.
    pub blocks: [usize; 4],
}

/// A ConvNeXt that takes the slices as channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoder2dConfig {
    /// Slices of the crop.
    pub slices: usize,
    /// Blocks in each of the four stages.
    pub depths: [usize; 4],
    /// Channels of each stage.
    pub dims: [usize; 4],
    /// Height and width to which the crop is resized.
    pub side: usize,
}

impl Encoder2dConfig {
    /// ConvNeXt-Base on 56 slices. Source: M3-Net, Model/Model_base.py; timm convnext_base.
    pub const fn base() -> Self {
        Self { slices: 56, depths: [3, 3, 27, 3], dims: [128, 256, 512, 1024], side: 56 }
    }
}

/// The encoder of one scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncoderConfig {
    /// Volumetric.
    ResNet3d(ResNet3dConfig),
    /// Planar, slices as channels.
    ConvNext(Encoder2dConfig),
}

impl EncoderConfig {
    /// The layers whose features the encoder offers to its taps, from the input on.
    pub const fn layers(self) -> &'static [&'static str] {
        match self {
            Self::ResNet3d(_) => &["relu", "maxpool", "layer1", "layer2", "layer3", "layer4"],
            Self::ConvNext(_) => &["stem", "stages.0", "stages.1", "stages.2", "stages.3"],
        }
    }
}

/// M3Net: one encoder per scale, from micro to macro; the fusion is the same in every preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct M3NetConfig {
    /// Micro, meso, macro.
    pub encoders: [EncoderConfig; 3],
}

impl M3NetConfig {
    /// Pooled features of each scale's encoder, micro to macro.
    pub fn features(&self) -> [usize; 3] {
        self.encoders.map(|encoder| match encoder {
            EncoderConfig::ResNet3d(resnet) => resnet.width * 8,
            EncoderConfig::ConvNext(convnext) => convnext.dims[3],
        })
    }
}
