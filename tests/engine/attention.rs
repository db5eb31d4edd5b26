//! Who attends to whom, beside the same attention reckoned by hand or told by the network in another way.

use burn::tensor::{Device, Tensor, TensorData};
use triscope::explain::{AttentionMaps, Token, attends, attention_maps};
use triscope::inference::ssm::{Resolution, nearest_slice, slice_picture};
use triscope::inference::{Detail, Loaded, WeightsChoice};
use triscope::jobs::JobContext;
use triscope::networks::maemc::SLICES;
use triscope::networks::weights::{StateDict, collect};
use triscope::networks::{Scale, Tapped, Taps};
use triscope::synth::Cohort;

use crate::layers::{asked, asked_with};

/// Sums of a few hundred numbers of about 1, in another order.
const BOUND: f64 = 1e-5;

/// What every layer and head must be: shares that each token gives away whole.
fn shares_are_whole(maps: &AttentionMaps) {
    for head in (0..maps.heads).map(Some).chain([None]) {
        for asks in 0..maps.asks.len() {
            let row = maps.row(head, asks);
            assert_eq!(row.len(), maps.asked.len());
            let sum: f64 = row.iter().map(|share| f64::from(*share)).sum();
            assert!(row.iter().all(|share| *share >= 0.0) && (sum - 1.0).abs() < BOUND, "{sum}");
        }
    }
}

/// `weight x + bias` of a layer of this name; weights are stored output by input.
fn linear(state: &StateDict, name: &str, x: &[f64]) -> Vec<f64> {
    let values = |part: &str| {
        let key = format!("{name}.{part}");
        &state.tensors.get(&key).unwrap_or_else(|| panic!("{key}")).values
    };
    let (weight, bias) = (values("weight"), values("bias"));
    let row = |(row, bias): (&[f32], &f32)| {
        row.iter().zip(x).map(|(w, x)| f64::from(*w) * x).sum::<f64>() + f64::from(*bias)
    };
    weight.chunks_exact(x.len()).zip(bias).map(row).collect()
}

#[test]
fn scales_attend_as_the_published_formula_says() {
    let (answer, loaded) = asked("m3net-compact", Cohort::MalignancyPairs);
    let Loaded::M3Net(network) = &loaded else { panic!("an M3Net") };
    let maps = attention_maps(&loaded, &answer, None, Some(0)).expect("computed");
    assert!(attends(&answer));
    assert_eq!((maps.layers.len(), &*maps.layers[0], maps.heads), (4, "cross1", 4));
    assert_eq!(maps.asks, [Token::Scale(Scale::Micro), Token::Scale(Scale::Meso)]);
    // softmax(query key / root of 32), 32 features a head, of tokens that are projected logits.
    let Detail::M3Net(seen) = &answer.detail else { panic!("an M3Net") };
    let forward = network.forward(&seen.crops, &JobContext::unobserved()).expect("runs");
    let state = collect(network.net(), str::to_owned).expect("on this machine");
    let tokens = [("fusion.proj32", 0), ("fusion.proj64", 1)].map(|(name, scale)| {
        let logits = forward.scale_logits[scale].clone().into_data().try_to_vec::<f32>().expect("numbers");
        linear(&state, name, &logits.iter().map(|v| f64::from(*v)).collect::<Vec<_>>())
    });
    let [queries, keys] = ["q_proj", "k_proj"]
        .map(|name| tokens.each_ref().map(|token| linear(&state, &format!("fusion.cross1.{name}"), token)));
    for head in 0..4 {
        for (asks, query) in queries.iter().enumerate() {
            let part = head * 32..(head + 1) * 32;
            let score = |key: &Vec<f64>| {
                let sum: f64 = part.clone().map(|n| query[n] * key[n]).sum();
                (sum / 32f64.sqrt()).exp()
            };
            let [first, second] = keys.each_ref().map(score);
            let found = f64::from(maps.row(Some(head), asks)[0]);
            assert!((found - first / (first + second)).abs() < BOUND, "{head} {asks}: {found}");
        }
    }
    // The macro scale asks the two others, then all ask all.
    let second = attention_maps(&loaded, &answer, None, Some(1)).expect("computed");
    assert_eq!((&second.asks[..], &second.asked), (&[Token::Scale(Scale::Macro)][..], &maps.asks));
    let last = attention_maps(&loaded, &answer, None, None).expect("computed");
    assert_eq!((last.layer, last.asks.len(), last.asked.len()), (3, 3, 3));
    [&maps, &second, &last].into_iter().for_each(shares_are_whole);
    // Crops beside each other, each as large as the largest; the meso crop's middle slice begins at column 1 x side.
    let [_, columns, rows] = last.read.shape;
    let side = rows;
    let meso = &seen.crops[1];
    let [wide, high, deep] = meso.context.bounds.size;
    let plane = &meso.values[deep / 2 * wide * high..];
    let (x, y) = (side / 3, side / 2);
    assert_eq!((columns, last.cell(Token::Scale(Scale::Meso))), (3 * side, Some([1, 0])));
    assert_eq!(last.read.plane(0)[(side + x) * side + y], plane[x * wide / side * high + y * high / side]);
}

#[test]
fn slices_attend_as_the_rollout_was_told() {
    let (answer, loaded) = asked("maemc-net-compact", Cohort::Granuloma);
    let Detail::Maemc(seen) = &answer.detail else { panic!("MAEMC-NET") };
    let last = attention_maps(&loaded, &answer, None, None).expect("computed");
    let blocks: Vec<AttentionMaps> = (0..last.layers.len())
        .map(|n| attention_maps(&loaded, &answer, None, Some(n)).expect("computed"))
        .collect();
    blocks.iter().for_each(shares_are_whole);
    assert_eq!((last.asks.len(), last.asks[0], last.asks[25]), (26, Token::Class, Token::Slice(24)));
    assert_eq!((last.cell(Token::Class), last.cell(Token::Slice(7))), (None, Some([2, 1])));
    // (A + I) / 2 block after block, A the mean over heads, as the answer's shares were made.
    let mut row = vec![0.0; 1 + SLICES];
    row[0] = 1.0;
    for block in blocks.iter().rev() {
        let mut next: Vec<f64> = row.iter().map(|share| 0.5 * share).collect();
        for (asks, share) in row.iter().enumerate() {
            for (to, given) in next.iter_mut().zip(block.row(None, asks)) {
                *to += 0.5 * share * f64::from(given);
            }
        }
        row = next;
    }
    for (n, share) in seen.slices.iter().enumerate() {
        assert!((share - row[1 + n]).abs() < BOUND, "{n}: {share} {}", row[1 + n]);
    }
}

#[test]
fn the_class_token_attends_to_patches_as_the_map_shows() {
    let (answer, loaded, volume) =
        asked_with("lungnodule-ssm-compact", Cohort::Slices, WeightsChoice::BuiltIn);
    let Loaded::Ssm(ssm) = &loaded else { panic!("LungNodule-SSM") };
    let slice = nearest_slice(volume.grid(), answer.at);
    let picture = slice_picture(&volume, slice, Resolution::PUBLISHED).expect("a slice");
    let maps = attention_maps(&loaded, &answer, Some(&picture), None).expect("computed");
    assert_eq!((maps.layers.len(), maps.heads, maps.asks.len()), (6, 3, 1 + 36 * 36));
    assert_eq!((maps.asks[0], maps.asks[1 + 3 * 36 + 20]), (Token::Class, Token::Patch([3, 20])));
    assert_eq!(maps.cell(Token::Patch([3, 20])), Some([20, 3]));
    let name = ssm.vit().last_attention();
    let mut taps = Taps::of(&[&name]);
    let side = Resolution::PUBLISHED.px();
    let image = TensorData::new(picture.values.to_vec(), [1, 3, side, side]);
    ssm.vit().forward_tapped(Tensor::<4>::from_data(image, &Device::flex()), &mut taps);
    let Some(Tapped::D3(class)) = taps.take(&name) else { panic!("offered") };
    let class = class.into_data().try_to_vec::<f32>().expect("numbers");
    for head in 0..3 {
        let row = maps.row(Some(head), 0);
        let told = &class[head * row.len()..(head + 1) * row.len()];
        let apart = row.iter().zip(told).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // The same numbers, by another order of the sums.
        assert!(f64::from(apart) < BOUND, "{head}: {apart}");
    }
    shares_are_whole(&attention_maps(&loaded, &answer, Some(&picture), Some(0)).expect("computed"));
    // Without its slice there is nothing to ask about.
    assert!(attention_maps(&loaded, &answer, None, None).is_err());
}

#[test]
fn picture_and_table_of_one_token_each_are_not_shown() {
    let (answer, loaded) = asked("csf-net-compact", Cohort::MalignancyPairs);
    assert!(!attends(&answer) && attention_maps(&loaded, &answer, None, None).is_err());
}
