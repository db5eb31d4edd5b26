//! Places around a point: every one is answered as if it had been clicked.

use std::sync::Arc;

use burn::tensor::Device;
use triscope::explain::{Around, ExplainError, Neighbourhood, Why, neighbourhood};
use triscope::geometry::{Point, VoxelGrid};
use triscope::inference::{DeviceInfo, M3NetNetwork, Mode, Sampling, WeightsChoice};
use triscope::jobs::JobContext;
use triscope::volume::Volume;

use crate::support::volume;

fn network() -> M3NetNetwork {
    let info = DeviceInfo { backend: "flex".to_owned(), name: "test".to_owned() };
    M3NetNetwork::load("m3net-compact", &WeightsChoice::Random(3), &Device::flex(), info).expect("loads")
}

/// A ball of tissue in lung, whose left half is brighter.
fn ct() -> Arc<Volume> {
    let grid = VoxelGrid::axis_aligned([120, 110, 64], [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0));
    let grid = grid.expect("a grid");
    let centre = grid.centre_voxel().to_array();
    volume(grid, |at| {
        let d2: f64 = (0..3).map(|a| (at[a] as f64 - centre[a]).powi(2)).sum();
        let tissue = if d2 < 64.0 { 30 } else { -860 };
        tissue + (at[0] * 2) as i16 + ((at[0] * 31 + at[1] * 17 + at[2] * 7) % 40) as i16
    })
}

#[test]
fn every_place_has_the_answer_that_a_click_there_gets() {
    for mode in [Mode::Paper, Mode::Clinical] {
        every_place_has_its_answer(mode);
    }
}

fn every_place_has_its_answer(mode: Mode) {
    let (network, ct) = (network(), ct());
    let ctx = JobContext::unobserved();
    let grid = ct.grid();
    let how = Around { centres: 3, step_mm: 1.0, jitter_voxels: 1 };
    let mut told: Vec<Neighbourhood> = Vec::new();
    let tell = |so_far: &Neighbourhood| told.push(so_far.clone());
    let found = neighbourhood(&network, (&ct, mode), grid.centre(), how, &ctx, tell).expect("answers");
    assert_eq!((found.places.len(), found.outside, found.members), (1 + 26 + 26, 0, 1));
    assert!(found.is_whole() && found.jitter().is_some() && found.same_side().is_some());
    for place in &found.places {
        let sampling = Sampling::of(mode, grid).expect("sampled");
        let crops = sampling.boxes(place.at).map(|context| sampling.crop(&ct, &context).expect("complete"));
        let [benign, malignant] = network.forward(&crops, &ctx).expect("an answer").logits;
        let expected = 1.0 / (1.0 + (benign - malignant).exp());
        // Single precision, in another order of the batch.
        assert!((place.probability.expect("asked") - expected).abs() < 1e-5, "{place:?} {expected}");
    }
    let different =
        found.places.iter().any(|p| (p.probability.unwrap() - found.centre().unwrap()).abs() > 1e-5);
    assert!(different, "the places do not all read the same");
    // The nearest places come first: clicks beside the point, then the grid.
    let first = told.first().expect("told");
    assert!(first.centre().is_some() && first.members == 0);
    // A place of the grid is known already where a click beside the point reads the same voxels.
    let unknown = first.places.iter().filter(|p| p.why == Why::Grid && p.probability.is_none()).count();
    assert!(unknown > 13, "{mode}: {unknown}");
    assert!(told.len() > 5 && told.last() == Some(&found));
}

#[test]
fn it_can_be_stopped_in_between() {
    let (network, ct) = (network(), ct());
    let ctx = JobContext::unobserved();
    let stop = ctx.clone();
    let how = Around { centres: 3, ..Around::default() };
    let stopped =
        neighbourhood(&network, (&ct, Mode::Paper), ct.grid().centre(), how, &ctx, |_| stop.cancel());
    assert!(matches!(stopped, Err(ExplainError::Cancelled(_))), "{stopped:?}");
}
