//! Transfer functions: from a value to a colour and to how much light a millimetre of it takes away.
//!
//! Source: Levoy, "Display of surfaces from volume data", IEEE CG&A 8(3), 1988; Drebin, Carpenter,
//! Hanrahan, "Volume rendering", SIGGRAPH 1988. The figures are our own, chosen on chest CT.

use super::inside::Part;

/// A node of a transfer function; linear between its neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// Value, HU.
    pub value: f32,
    /// Red, green and blue, 0 to 1.
    pub colour: [f32; 3],
    /// Share of the light that one millimetre takes away, 0 to 1.
    pub opacity: f32,
}

/// How surfaces answer a light beside the eye (Phong's terms).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shading {
    /// Light from everywhere.
    pub ambient: f32,
    /// Times the cosine between surface and light.
    pub diffuse: f32,
    /// Of the highlight.
    pub specular: f32,
    /// Sharpness of the highlight.
    pub power: f32,
}

/// Colour and opacity of every value, and how what they show is lit.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    nodes: Vec<Node>,
    /// Light on surfaces; `None`: every sample in its own colour.
    pub shading: Option<Shading>,
}

impl Transfer {
    /// - `nodes`: by rising value; what is not, and what is no number, is left out
    pub fn new(nodes: &[Node], shading: Option<Shading>) -> Self {
        let mut kept: Vec<Node> = Vec::with_capacity(nodes.len());
        for node in nodes.iter().filter(|node| node.value.is_finite()) {
            if kept.last().is_none_or(|last| last.value < node.value) {
                kept.push(*node);
            }
        }
        Self { nodes: kept, shading }
    }

    /// The same of values that lie `by` higher.
    pub fn shifted(&self, by: f32) -> Self {
        let by = if by.is_finite() { by } else { 0.0 };
        let nodes = self.nodes.iter().map(|node| Node { value: node.value + by, ..*node }).collect();
        Self { nodes, shading: self.shading }
    }

    /// Colour, and the share of the light that one millimetre takes away. Beyond the last nodes a value is
    /// as they are.
    pub fn at(&self, value: f32) -> ([f32; 3], f32) {
        let after = self.nodes.partition_point(|node| node.value <= value);
        let (Some(low), Some(high)) = (
            self.nodes.get(after.saturating_sub(1)),
            self.nodes.get(after.min(self.nodes.len().saturating_sub(1))),
        ) else {
            return ([0.0; 3], 0.0);
        };
        let between = high.value - low.value;
        let share = if between > 0.0 { ((value - low.value) / between).clamp(0.0, 1.0) } else { 0.0 };
        let mix = |a: f32, b: f32| a * (1.0 - share) + b * share;
        let colour = std::array::from_fn(|c| mix(low.colour[c], high.colour[c]));
        (colour, mix(low.opacity, high.opacity).clamp(0.0, 1.0))
    }
}

/// How a volume is shown in 3D.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum VolumePreset {
    /// The border between air and lung tissue, airways and vessels as thin shells; walls are clear.
    #[default]
    Lung,
    /// Blood that holds contrast medium, and bone.
    Vessel,
    /// Bone alone.
    Bone,
    /// Skin and soft tissue.
    Surface,
    /// Soft tissue in the lung around the cursor, cut out of everything else.
    Nodule,
    /// The brightest value along every ray, in the grey-scale window.
    Maximum,
}

const AIR: [f32; 3] = [0.55, 0.75, 0.95];
const SHELL: [f32; 3] = [0.93, 0.66, 0.58];
const FLESH: [f32; 3] = [0.90, 0.56, 0.46];
const BLOOD: [f32; 3] = [0.82, 0.20, 0.16];
const IVORY: [f32; 3] = [0.98, 0.93, 0.82];

const fn node(value: f32, colour: [f32; 3], opacity: f32) -> Node {
    Node { value, colour, opacity }
}

impl VolumePreset {
    /// In the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::Lung, Self::Vessel, Self::Bone, Self::Surface, Self::Nodule, Self::Maximum];

    /// Name in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lung => "lung",
            Self::Vessel => "vessel",
            Self::Bone => "bone",
            Self::Surface => "surface",
            Self::Nodule => "nodule",
            Self::Maximum => "mip",
        }
    }

    /// Word in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Lung => "Lung",
            Self::Vessel => "Vessel",
            Self::Bone => "Bone",
            Self::Surface => "Surface",
            Self::Nodule => "Nodule",
            Self::Maximum => "MIP",
        }
    }

    /// The preset of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// Whether it says something of values that are not Hounsfield units.
    pub const fn needs_hu(self) -> bool {
        !matches!(self, Self::Maximum)
    }

    /// Half the side of the cube around the cursor outside of which nothing is shown, mm.
    pub const fn around_cursor_mm(self) -> Option<f64> {
        match self {
            Self::Nodule => Some(20.0),
            _ => None,
        }
    }

    /// How far before the cursor, towards the eye, everything is cut away, mm: the chest wall lies before a nodule.
    pub const fn before_cursor_mm(self) -> Option<f64> {
        match self {
            Self::Nodule => Some(12.0),
            _ => None,
        }
    }

    /// What of the volume is shown, where that is found.
    pub const fn part(self) -> Part {
        match self {
            Self::Lung => Part::ByAir,
            _ => Part::Body,
        }
    }

    /// Colours and opacities; `None` for the brightest value, which the window turns to grey.
    pub fn transfer(self) -> Option<Transfer> {
        let lit = Some(Shading { ambient: 0.22, diffuse: 0.78, specular: 0.18, power: 16.0 });
        let nodes: &[Node] = match self {
            Self::Lung => &[
                node(-930.0, AIR, 0.0),
                node(-860.0, AIR, 0.003),
                node(-720.0, AIR, 0.008),
                node(-560.0, SHELL, 0.14),
                node(-420.0, SHELL, 0.20),
                node(-300.0, FLESH, 0.09),
                node(-200.0, FLESH, 0.0),
            ],
            Self::Vessel => &[
                node(130.0, BLOOD, 0.0),
                node(190.0, BLOOD, 0.16),
                node(300.0, [0.90, 0.42, 0.30], 0.45),
                node(480.0, IVORY, 0.6),
                node(1000.0, IVORY, 0.9),
            ],
            Self::Bone => &[
                node(170.0, FLESH, 0.0),
                node(280.0, IVORY, 0.22),
                node(500.0, IVORY, 0.6),
                node(1200.0, [1.0, 1.0, 0.98], 0.95),
            ],
            Self::Surface => &[
                node(-500.0, FLESH, 0.0),
                node(-300.0, FLESH, 0.12),
                node(40.0, FLESH, 0.4),
                node(150.0, [0.93, 0.70, 0.60], 0.5),
                node(400.0, IVORY, 0.8),
            ],
            Self::Nodule => &[
                node(-650.0, SHELL, 0.0),
                node(-450.0, SHELL, 0.10),
                node(-150.0, FLESH, 0.35),
                node(100.0, [0.97, 0.72, 0.50], 0.6),
                node(300.0, IVORY, 0.9),
            ],
            Self::Maximum => return None,
        };
        Some(Transfer::new(nodes, lit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_linear_between_nodes_and_level_beyond_them() {
        let of = |value, opacity| Node { value, colour: [opacity; 3], opacity };
        let transfer = Transfer::new(&[of(-100.0, 0.0), of(f32::NAN, 1.0), of(100.0, 0.5)], None);
        let opacities = [-500.0, -100.0, 0.0, 100.0, 900.0].map(|value| transfer.at(value).1);
        assert_eq!(opacities, [0.0, 0.0, 0.25, 0.5, 0.5]);
        assert_eq!(transfer.shifted(100.0).at(100.0), transfer.at(0.0));
        assert_eq!(Transfer::new(&[], None).at(5.0), ([0.0; 3], 0.0));
    }

    #[test]
    fn air_and_what_is_no_number_are_clear_in_every_preset() {
        for preset in VolumePreset::ALL {
            assert_eq!(VolumePreset::from_name(preset.name()), Some(preset));
            let Some(transfer) = preset.transfer() else { continue };
            assert!(transfer.nodes.windows(2).all(|pair| pair[0].value < pair[1].value));
            assert_eq!(transfer.at(-1024.0).1, 0.0, "{preset:?}");
            assert_eq!(transfer.at(-3024.0).1, 0.0, "{preset:?}");
        }
    }
}
