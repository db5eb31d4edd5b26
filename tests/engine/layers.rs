//! What a layer computed, beside the same network run by hand on what the answer says that it read.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use triscope::dataset::CasePoint;
use triscope::explain::{FeatureMaps, LayerWanted, feature_maps, read_parts};
use triscope::inference::ssm::{Resolution, nearest_slice, slice_picture};
use triscope::inference::{
    Answer, Detail, DeviceChoice, DeviceInfo, Engine, EngineOptions, Loaded, RegionName, WeightsChoice,
};
use triscope::jobs::JobContext;
use triscope::networks::maemc::{GRID, PATCH};
use triscope::networks::{Tapped, Taps};
use triscope::synth::{Cohort, Sample};
use triscope::volume::Volume;
use triscope::workflow::classify::{self, Prior, Request};

/// The answer to a phantom, and the network that gave it.
pub fn asked(model: &str, cohort: Cohort) -> (Arc<Answer>, Loaded) {
    let (answer, network, _) = asked_with(model, cohort, WeightsChoice::BuiltIn);
    (answer, network)
}

/// And what was asked about.
pub fn asked_with(model: &str, cohort: Cohort, weights: WeightsChoice) -> (Arc<Answer>, Loaded, Arc<Volume>) {
    let Sample { case, image, prior } = cohort.draw(2, 0).picture().expect("a place");
    let CasePoint::Patient(at) = case.point else { panic!("millimetres") };
    let prior = prior.zip(case.prior.as_ref()).map(|(volume, then)| Prior {
        volume: Arc::new(volume),
        defects: Vec::new(),
        at: then.point,
        doubts: Vec::new(),
    });
    let volume = Arc::new(image);
    let request = Request {
        model: model.to_owned(),
        prior,
        weights: Some(weights.clone()),
        all_members: false,
        explain: Vec::new(),
        ..Request::new(Arc::clone(&volume), Vec::new(), at)
    };
    let engine = Engine::start(EngineOptions::alone(DeviceChoice::Cpu)).expect("a thread");
    let answer = classify::run(&engine, request, &JobContext::unobserved()).expect("answers").answer;
    let info = DeviceInfo { backend: "flex".to_owned(), name: "CPU".to_owned() };
    let network = Loaded::load(model, &weights, &Device::flex(), info).expect("it has these");
    (answer, network, volume)
}

fn layer(network: &Loaded, answer: &Answer, part: RegionName, layer: usize) -> FeatureMaps {
    let wanted = LayerWanted { part, layer: Some(layer) };
    feature_maps(network, answer, None, wanted).expect("computed")
}

/// A channel's value at slice, row and column.
fn value(maps: &FeatureMaps, channel: usize, [slice, row, column]: [usize; 3]) -> f32 {
    maps.plane(channel, slice)[column * maps.shape[2] + row]
}

#[test]
fn both_dates_have_their_layers_and_cells_lie_where_the_network_put_them() {
    let (answer, network) = asked("csf-net-compact", Cohort::MalignancyPairs);
    assert_eq!(read_parts(&answer), [RegionName::Prior, RegionName::Current]);
    let Detail::Csf(detail) = &answer.detail else { panic!("two dates") };
    let Loaded::Csf(csf) = &network else { panic!("CSF-Net") };
    for (date, part) in [RegionName::Prior, RegionName::Current].into_iter().enumerate() {
        let gate = layer(&network, &answer, part, 0);
        assert_eq!((&*gate.layers[0], gate.channels(), gate.shape), ("first_cbam.gate", 1, [16, 64, 64]));
        // What was read stands beside it, its axes turned likewise.
        let read_there = detail.seen[date][(5 * 64 + 20) * 64 + 33];
        assert_eq!(gate.read.plane(5)[33 * 64 + 20], read_there);
        // The end of stage 2: four voxels a cell along every axis.
        let stage = gate.layers.iter().position(|name| name == "layers.9").expect("offered");
        let maps = layer(&network, &answer, part, stage);
        assert_eq!(maps.shape, [4, 16, 16]);
        assert_eq!([0, 1, 3].map(|slice| maps.slice_read(slice)), [0, 4, 12]);
        let mut taps = Taps::of(&["layers.9"]);
        csf.net().encode(csf.region(&detail.seen[date]), &mut taps);
        let Some(Tapped::D5(own)) = taps.take("layers.9") else { panic!("offered") };
        let [_, channels, ..] = own.dims();
        let own = own.into_data().try_to_vec::<f32>().expect("numbers");
        for (channel, slice, row, column) in [(0, 0, 3, 9), (channels - 1, 3, 12, 1)] {
            let at = ((channel * 4 + slice) * 16 + row) * 16 + column;
            assert_eq!(value(&maps, channel, [slice, row, column]), own[at]);
        }
    }
    // A number that another network had is the middle one's.
    let beyond = layer(&network, &answer, RegionName::Prior, 99);
    assert_eq!(beyond.layer, beyond.layers.len() / 2);
}

#[test]
fn a_slice_of_the_montage_is_a_cell_where_it_lies_in_the_montage() {
    let (answer, network) = asked("maemc-net-compact", Cohort::Granuloma);
    let Detail::Maemc(detail) = &answer.detail else { panic!("a montage") };
    let Loaded::Maemc(maemc) = &network else { panic!("MAEMC-NET") };
    let maps = layer(&network, &answer, RegionName::Axial, 0);
    assert_eq!((&*maps.layers[0], maps.shape), ("patch_embed", [1, GRID, GRID]));
    assert_eq!(maps.read.shape, [1, GRID * PATCH, GRID * PATCH]);
    let side = GRID * PATCH;
    let montage =
        Tensor::<4>::from_data(TensorData::new(detail.axial.to_vec(), [1, 1, side, side]), &Device::flex());
    let mut taps = Taps::of(&["patch_embed"]);
    maemc.net().forward_tapped(montage.repeat_dim(1, maemc.channels()), &mut taps);
    let Some(Tapped::D3(tokens)) = taps.take("patch_embed") else { panic!("offered") };
    let [_, _, width] = tokens.dims();
    assert_eq!(maps.channels(), width);
    let tokens = tokens.into_data().try_to_vec::<f32>().expect("numbers");
    // The eighth slice is the third of the second row.
    assert_eq!(value(&maps, 5, [0, 1, 2]), tokens[7 * width + 5]);
    // Blocks have a class token before the slices, which is no cell.
    let last = layer(&network, &answer, RegionName::Axial, maps.layers.len() - 1);
    assert_eq!((last.shape, last.channels()), ([1, GRID, GRID], width));
    assert!(last.ranges.iter().any(|[low, high]| high > low));
}

#[test]
fn every_layer_that_is_offered_is_there_and_lies_over_what_was_read() {
    let (answer, network, _) = asked_with("mmcaf-net-compact", Cohort::Histology, WeightsChoice::Random(3));
    let first = layer(&network, &answer, RegionName::Window, 0);
    for n in 0..first.layers.len() {
        let maps = layer(&network, &answer, RegionName::Window, n);
        // Slices of cells lie evenly, the first over the first slice.
        let [slices, columns, rows] = maps.shape;
        let last = maps.slice_read(slices - 1);
        assert_eq!((maps.layer, maps.slice_read(0), columns), (n, 0, rows), "{}", maps.layers[n]);
        assert!(last < 12 && last * columns == (slices - 1) * 192 / 2, "{}: {last}", maps.layers[n]);
    }
    let (answer, network, volume) =
        asked_with("lungnodule-ssm-compact", Cohort::Slices, WeightsChoice::BuiltIn);
    let Loaded::Ssm(ssm) = &network else { panic!("LungNodule-SSM") };
    let slice = nearest_slice(volume.grid(), answer.at);
    let picture = slice_picture(&volume, slice, Resolution::PUBLISHED).expect("a slice");
    let side = Resolution::PUBLISHED.px();
    let image = TensorData::new(picture.values.to_vec(), [1, 3, side, side]);
    let mut taps = Taps::of(&["blocks.0"]);
    ssm.vit().forward_tapped(Tensor::<4>::from_data(image, &Device::flex()), &mut taps);
    let Some(Tapped::D3(tokens)) = taps.take("blocks.0") else { panic!("offered") };
    let [_, count, width] = tokens.dims();
    let tokens = tokens.into_data().try_to_vec::<f32>().expect("numbers");
    let wanted = |n| LayerWanted { part: RegionName::Slice, layer: Some(n) };
    let maps = feature_maps(&network, &answer, Some(&picture), wanted(0)).expect("computed");
    assert_eq!((maps.shape, maps.channels(), count), ([1, 36, 36], width, 1 + 36 * 36));
    // Row 3, column 20, behind the class token.
    assert_eq!(value(&maps, 7, [0, 3, 20]), tokens[(1 + 3 * 36 + 20) * width + 7]);
    // Pixel of row 100, column 250.
    assert_eq!(maps.read.plane(0)[250 * side + 100], picture.values[100 * side + 250]);
    for n in 1..maps.layers.len() {
        assert!(feature_maps(&network, &answer, Some(&picture), wanted(n)).is_ok(), "{}", maps.layers[n]);
    }
}
