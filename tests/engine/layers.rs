//! What a layer computed, beside the same network run by hand on what the answer says that it read.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use triscope::dataset::CasePoint;
use triscope::explain::{FeatureMaps, LayerWanted, feature_maps, read_parts};
use triscope::inference::{
    Answer, Detail, DeviceChoice, DeviceInfo, Engine, EngineOptions, Loaded, RegionName, WeightsChoice,
};
use triscope::jobs::JobContext;
use triscope::networks::maemc::{GRID, PATCH};
use triscope::networks::{Tapped, Taps};
use triscope::synth::{Cohort, Sample};
use triscope::workflow::classify::{self, Prior, Request};

/// The answer to a phantom, and the network that gave it.
fn asked(model: &str, cohort: Cohort) -> (Arc<Answer>, Loaded) {
    let Sample { case, image, prior } = cohort.draw(2, 0).picture().expect("a place");
    let CasePoint::Patient(at) = case.point else { panic!("millimetres") };
    let prior = prior.zip(case.prior.as_ref()).map(|(volume, then)| Prior {
        volume: Arc::new(volume),
        defects: Vec::new(),
        at: then.point,
        doubts: Vec::new(),
    });
    let request = Request {
        model: model.to_owned(),
        prior,
        weights: Some(WeightsChoice::BuiltIn),
        all_members: false,
        explain: Vec::new(),
        ..Request::new(Arc::new(image), Vec::new(), at)
    };
    let engine = Engine::start(EngineOptions::alone(DeviceChoice::Cpu)).expect("a thread");
    let answer = classify::run(&engine, request, &JobContext::unobserved()).expect("answers").answer;
    let info = DeviceInfo { backend: "flex".to_owned(), name: "CPU".to_owned() };
    let network = Loaded::load(model, &WeightsChoice::BuiltIn, &Device::flex(), info).expect("built in");
    (answer, network)
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
    let beyond = LayerWanted { part: RegionName::Prior, layer: Some(99) };
    assert!(feature_maps(&network, &answer, None, beyond).is_err());
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
