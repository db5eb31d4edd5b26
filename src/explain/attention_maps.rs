//! Who attends to whom: every head of a layer, token by token, and where the tokens lie in what was read.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};

use super::error::ExplainError;
use super::picture::{Picture, UNIT, plane};
use super::sampled::block;
use crate::inference::maemc::MaemcNetwork;
use crate::inference::ssm::{SlicePicture, SsmNetwork};
use crate::inference::{Answer, Crop, Detail, Loaded, M3NetNetwork, read_single};
use crate::networks::m3net::ATTENTION;
use crate::networks::maemc::{GRID, PATCH, SLICES};
use crate::networks::{Scale, Tapped, Taps, ssm};

/// What asks, and what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// The token that gathers what the answer is made from.
    Class,
    /// A token that belongs to nothing in the picture (DINOv2 with registers), from 0.
    Register(usize),
    /// One of M3Net's three.
    Scale(Scale),
    /// A slice of MAEMC-NET's montage, from 0.
    Slice(usize),
    /// A patch of LungNodule-SSM's slice: its row and column, from 0.
    Patch([usize; 2]),
}

impl Token {
    /// In files: a word, and its number or row and column from 0.
    pub fn name(self) -> String {
        match self {
            Self::Class => "class".to_owned(),
            Self::Register(n) => format!("register {n}"),
            Self::Scale(scale) => scale.name().to_owned(),
            Self::Slice(n) => format!("slice {n}"),
            Self::Patch([row, column]) => format!("patch {row} {column}"),
        }
    }
}

/// The attention of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionMaps {
    /// The layers that attend, from the input on, by their names in the published code.
    pub layers: Vec<String>,
    /// Which of them this is.
    pub layer: usize,
    /// Number of heads.
    pub heads: usize,
    /// Who asks.
    pub asks: Vec<Token>,
    /// Who is asked.
    pub asked: Vec<Token>,
    /// What the network read, one slice deep: M3Net's crops beside each other by the slice in the middle of each.
    pub read: Picture,
    /// Columns and rows of the cells into which the tokens that lie in it divide that picture.
    pub cells: [usize; 2],
    /// `[head][asks][asked]`, each row's shares add up to 1.
    shares: Arc<[f32]>,
}

impl AttentionMaps {
    /// What a token gives each of those that it asks.
    /// - `head`: `None` for the mean over all
    /// - returns: shares of 1, in the order of `asked`; empty for a token or head that there is not
    pub fn row(&self, head: Option<usize>, asks: usize) -> Vec<f32> {
        let (queries, keys) = (self.asks.len(), self.asked.len());
        let of_head = |head: usize| {
            let start = (head * queries + asks) * keys;
            self.shares.get(start..start + keys).filter(|_| asks < queries)
        };
        match head {
            Some(head) => of_head(head).unwrap_or(&[]).to_vec(),
            None => {
                let rows: Vec<&[f32]> = (0..self.heads).filter_map(of_head).collect();
                let mean = |n: usize| rows.iter().map(|row| row[n]).sum::<f32>() / rows.len() as f32;
                if rows.is_empty() { Vec::new() } else { (0..keys).map(mean).collect() }
            }
        }
    }

    /// All of them: `[head][asks][asked]`, each row's add up to 1.
    pub fn shares(&self) -> &[f32] {
        &self.shares
    }

    /// Column and row of a token's cell in the picture; `None` for one that lies nowhere.
    pub fn cell(&self, token: Token) -> Option<[usize; 2]> {
        match token {
            Token::Class | Token::Register(_) => None,
            Token::Scale(scale) => Some([scale as usize, 0]),
            Token::Slice(n) => Some([n % GRID, n / GRID]),
            Token::Patch([row, column]) => Some([column, row]),
        }
    }
}

/// Whether who attends to whom can be shown of this answer's network. MMCAF-Net and CSF-Net as published bring
/// picture and table together as one token each, whose share is 1 whatever is asked; a CSF-Net that was taught with more
/// tokens (`networks::csf::Attending::Tokens`) is not shown.
pub fn attends(answer: &Answer) -> bool {
    matches!(answer.detail, Detail::M3Net(_) | Detail::Maemc(_) | Detail::Ssm(_))
}

/// Runs the network once more on what it read, and keeps the attention of a layer.
/// - `network`: that answered, or the first of them
/// - `slice`: what LungNodule-SSM read; its answer keeps one channel, as it was before it was scaled
/// - `layer`: its number; `None`, or one that there is not, for the last one
/// - errors: a network whose tokens do not attend; a device that failed, numbers that are none
pub fn attention_maps(
    network: &Loaded,
    answer: &Answer,
    slice: Option<&SlicePicture>,
    layer: Option<usize>,
) -> Result<AttentionMaps, ExplainError> {
    match (network, &answer.detail) {
        (Loaded::M3Net(network), Detail::M3Net(seen)) => of_crops(network, &seen.crops, layer),
        (Loaded::Maemc(network), Detail::Maemc(seen)) => of_montage(network, &seen.axial, layer),
        (Loaded::Ssm(network), Detail::Ssm(_)) => of_slice(network, slice.ok_or(NONE)?, layer),
        _ => Err(NONE),
    }
}

const NONE: ExplainError = ExplainError::NoLayer("attention");

fn of_crops(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    layer: Option<usize>,
) -> Result<AttentionMaps, ExplainError> {
    let layers = ATTENTION.map(|(name, ..)| name.to_owned()).to_vec();
    let layer = chosen(layer, layers.len());
    let (name, asks, asked) = ATTENTION[layer];
    let tap = format!("{name}.weights");
    let mut taps = Taps::of(&[&tap]);
    let inputs = crops.each_ref().map(|crop| network.input(crop, crop.values.to_vec()));
    network.net().forward_tapped(inputs, &mut taps);
    let tokens = |scales: &[Scale]| scales.iter().copied().map(Token::Scale).collect();
    let frame = Frame { layers, layer, read: beside(crops), cells: [3, 1] };
    frame.with(taps.take(&tap), tokens(asks), tokens(asked))
}

/// Crops beside each other, the slice in the middle of each, all as large as the largest.
fn beside(crops: &[Crop; 3]) -> Picture {
    let sizes = crops.each_ref().map(|crop| crop.context.bounds.size);
    let side = sizes.iter().flat_map(|[columns, rows, _]| [*columns, *rows]).max().unwrap_or(1);
    let mut values = Vec::with_capacity(3 * side * side);
    for (crop, [columns, rows, slices]) in crops.iter().zip(sizes) {
        let middle = plane(&crop.values, [slices, columns, rows], 0, slices / 2);
        let at = |n: usize| n / side * columns / side * rows + n % side * rows / side;
        values.extend((0..side * side).map(|n| middle.get(at(n)).copied().unwrap_or(UNIT[0])));
    }
    Picture { shape: [1, 3 * side, side], values: values.into(), range: UNIT }
}

fn of_montage(
    network: &MaemcNetwork,
    seen: &[f32],
    layer: Option<usize>,
) -> Result<AttentionMaps, ExplainError> {
    let side = GRID * PATCH;
    let taps_of = network.net().encoder().attention_taps();
    let layer = chosen(layer, taps_of.len());
    let tap = taps_of.get(layer).ok_or(NONE)?;
    let mut taps = Taps::of(&[tap]);
    let montage = block(seen, [1, side, side], network.device());
    network.net().forward_tapped(montage.repeat_dim(1, network.channels()), &mut taps);
    let tokens: Vec<Token> = [Token::Class].into_iter().chain((0..SLICES).map(Token::Slice)).collect();
    let frame = Frame { layers: named(&taps_of), layer, read: Picture::of_montage(seen), cells: [GRID; 2] };
    frame.with(taps.take(tap), tokens.clone(), tokens)
}

fn of_slice(
    network: &SsmNetwork,
    picture: &SlicePicture,
    layer: Option<usize>,
) -> Result<AttentionMaps, ExplainError> {
    let read = Picture::of_slice(picture);
    let [_, side, _] = read.shape;
    let across = side / ssm::PATCH;
    let taps_of = network.vit().attention();
    let layer = chosen(layer, taps_of.len());
    let tap = taps_of.get(layer).ok_or(NONE)?;
    let mut taps = Taps::of(&[tap]);
    let image = TensorData::new(picture.values.to_vec(), [1, 3, side, side]);
    network.vit().forward_tapped(Tensor::<4>::from_data(image, network.device()), &mut taps);
    let registers = network.vit().tokens_of([0, 0]).saturating_sub(1);
    let patches = (0..across * across).map(|n| Token::Patch([n / across, n % across]));
    let tokens: Vec<Token> =
        [Token::Class].into_iter().chain((0..registers).map(Token::Register)).chain(patches).collect();
    let frame = Frame { layers: named(&taps_of), layer, read, cells: [across; 2] };
    frame.with(taps.take(tap), tokens.clone(), tokens)
}

/// Layers without the word for their weights.
fn named(taps: &[String]) -> Vec<String> {
    taps.iter().map(|name| name.trim_end_matches(".weights").to_owned()).collect()
}

/// The last one, where none or one that there is not was wanted.
fn chosen(wanted: Option<usize>, layers: usize) -> usize {
    wanted.filter(|n| *n < layers).unwrap_or(layers.saturating_sub(1))
}

/// All but what was computed.
struct Frame {
    layers: Vec<String>,
    layer: usize,
    read: Picture,
    cells: [usize; 2],
}

impl Frame {
    /// - `weights`: `[1, head, asks, asked]`
    fn with(
        self,
        weights: Option<Tapped>,
        asks: Vec<Token>,
        asked: Vec<Token>,
    ) -> Result<AttentionMaps, ExplainError> {
        let Some(Tapped::D4(weights)) = weights else { return Err(NONE) };
        let [_, heads, queries, keys] = weights.dims();
        if [queries, keys] != [asks.len(), asked.len()] {
            return Err(NONE);
        }
        let shares = read_single(weights)?.into();
        let Self { layers, layer, read, cells } = self;
        Ok(AttentionMaps { layers, layer, heads, asks, asked, read, cells, shares })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn a_row_is_what_one_token_gives_by_one_head_or_by_all() {
        let device = Device::flex();
        let weights = [0.25f32, 0.75, 0.5, 0.5, 0.75, 0.25, 0.0, 1.0];
        let weights = Tensor::<4>::from_data(TensorData::new(weights.to_vec(), [1, 2, 2, 2]), &device);
        let read = Picture { shape: [1, 2, 1], values: Arc::from([0.0; 2]), range: UNIT };
        let frame = Frame { layers: vec!["last".to_owned()], layer: 0, read, cells: [2, 1] };
        let tokens = vec![Token::Class, Token::Patch([0, 1])];
        let maps = frame.with(Some(weights.into()), tokens.clone(), tokens).expect("they fit");
        assert_eq!(maps.row(Some(1), 0), [0.75, 0.25]);
        assert_eq!(maps.row(None, 1), [0.25, 0.75]);
        assert!(maps.row(Some(2), 0).is_empty() && maps.row(None, 2).is_empty());
        assert_eq!((maps.cell(Token::Class), maps.cell(Token::Patch([0, 1]))), (None, Some([1, 0])));
    }

    #[test]
    fn the_last_layer_stands_for_one_that_there_is_not() {
        assert_eq!([chosen(None, 6), chosen(Some(2), 6), chosen(Some(6), 6)], [5, 2, 5]);
    }
}
