//! From a click to an answer and its maps, through the engine, as window and terminal have it.

use std::sync::Arc;
use std::time::Instant;

use triscope::geometry::{Patient, Point, VoxelGrid};
use triscope::inference::{DeviceChoice, Engine, EngineOptions};
use triscope::ingest::{Defect, DefectCode};
use triscope::jobs::JobContext;
use triscope::volume::Volume;
use triscope::workflow::classify::{ClassifyError, Request, run};

use crate::support::volume;

fn ball(size: [usize; 3]) -> Arc<Volume> {
    let grid =
        VoxelGrid::axis_aligned(size, [0.7, 0.7, 1.25], Point::new(-50.0, -60.0, 10.0)).expect("a grid");
    let centre = size.map(|n| n as f64 / 2.0);
    volume(grid, move |at| {
        let d2: f64 = (0..3).map(|a| (at[a] as f64 - centre[a]).powi(2)).sum();
        let noise = ((at[0] * 7 + at[1] * 13 + at[2] * 29) % 41) as i16;
        if d2 < 36.0 { 40 + noise } else { -850 + noise }
    })
}

fn engine() -> Engine {
    Engine::start(EngineOptions::beside_a_window(DeviceChoice::Cpu, None)).expect("a thread")
}

#[test]
fn a_click_is_answered_with_logits_boxes_crops_contributions_and_maps() {
    let volume = ball([128, 120, 70]);
    let centre = volume.grid().centre();
    let engine = engine();
    let ctx = JobContext::unobserved();
    for _ in 0..3 {
        let start = Instant::now();
        let done = run(&engine, Request::new(Arc::clone(&volume), vec![], centre), &ctx).expect("an answer");
        let a = &done.answer;
        eprintln!(
            "all {:.0} ms: crop {:.1} forward {:.1} explain {:.1}; p {:.4} {:?} contributions {:?} max {:?}",
            start.elapsed().as_secs_f64() * 1e3,
            a.crop_ms,
            a.forward_ms,
            done.explain_ms,
            a.probability,
            a.logits,
            a.m3net().expect("M3Net").scale_contribution,
            done.saliency.iter().map(|s| s.largest_magnitude()).collect::<Vec<_>>()
        );
    }
    let done = run(&engine, Request::new(Arc::clone(&volume), vec![], centre), &ctx).expect("an answer");
    let answer = &done.answer;
    assert!(answer.trained && answer.trained_on.contains("LIDC-IDRI"));
    assert!(answer.caution.as_ref().is_some_and(|c| c.contains("not pathology")));
    assert!((0.0..=1.0).contains(&answer.probability) && answer.logits.len() == 2);
    assert_eq!(answer.device.backend, "flex");
    // An even ball in even lung is no scan, and the weights know it; nothing else is to be said.
    assert!(answer.guard.reasons.iter().all(|r| r.contains("unlike its training")), "{:?}", answer.guard);
    assert_eq!(done.saliency.len(), 4);
    for map in &done.saliency {
        let voxels: usize = map.bounds.size.iter().product();
        assert_eq!(map.values.len(), voxels);
        assert!(map.largest_magnitude() > 0.0, "{:?}", map.scale);
    }
}

#[test]
fn the_same_question_gets_the_same_numbers() {
    let volume = ball([100, 100, 60]);
    let at = volume.grid().centre();
    let ask = || {
        run(&engine(), Request::new(Arc::clone(&volume), vec![], at), &JobContext::unobserved())
            .expect("an answer")
    };
    let (first, second) = (ask(), ask());
    assert_eq!(first.answer.logits, second.answer.logits);
    assert_eq!(first.saliency, second.saliency);
}

#[test]
fn a_point_outside_a_thin_volume_and_too_few_slices_are_said_in_a_sentence() {
    let engine = engine();
    let ctx = JobContext::unobserved();
    let thin = ball([100, 100, 20]);
    let done =
        run(&engine, Request::new(Arc::clone(&thin), vec![], thin.grid().centre()), &ctx).expect("an answer");
    assert_eq!(done.answer.regions[0].padded, [0, 0, 36]);
    let reasons = &done.answer.guard.reasons;
    assert!(reasons.iter().any(|r| r.contains("36 were filled with air")), "{reasons:?}");
    assert!(done.saliency.iter().all(|map| map.bounds.min[2] >= 0 && map.bounds.size[2] <= 20));

    let outside: Point<Patient> = Point::new(500.0, 0.0, 0.0);
    let error = run(&engine, Request::new(Arc::clone(&thin), vec![], outside), &ctx).expect_err("outside");
    assert!(matches!(error, ClassifyError::Outside { .. }), "{error}");
    assert!(error.to_string().contains("(500.0, 0.0, 0.0)"), "{error}");

    let flat = ball([100, 100, 4]);
    let centre = flat.grid().centre();
    let error = run(&engine, Request::new(flat, vec![], centre), &ctx).expect_err("too thin");
    assert!(error.to_string().contains("4 slices"), "{error}");
}

#[test]
fn a_series_with_a_defect_that_forbids_it_is_refused_unless_forced() {
    let volume = ball([100, 100, 60]);
    let at = volume.grid().centre();
    let defect = Defect {
        code: DefectCode::MissingSlices,
        text: "Slices are missing after slice 12.".to_owned(),
        slices: vec![12],
        mended: false,
    };
    let request = Request::new(Arc::clone(&volume), vec![defect], at);
    let ctx = JobContext::unobserved();
    let error = run(&engine(), request.clone(), &ctx).expect_err("refused").to_string();
    assert!(error.contains("missing_slices") && error.contains("--force"), "{error}");
    let request = Request { force: true, explain: vec!["native".parse().expect("known")], ..request };
    let done = run(&engine(), request, &ctx).expect("forced");
    let reasons = &done.answer.guard.reasons;
    let told = |r: &String| r.contains("missing_slices") && r.contains("after slice 12");
    assert_eq!(reasons.iter().filter(|r| told(r)).count(), 1, "{reasons:?}");
    let [native] = done.saliency.as_slice() else { panic!("one map was asked for") };
    assert!(native.signed && native.method == "native");
    // The signed sum goes as far down as the contributions against malignancy reach.
    let against = done.answer.m3net().expect("M3Net").scale_contribution.iter().any(|&c| c < 0.0);
    assert_eq!(against, native.values.iter().any(|&v| v < 0.0));
}

#[test]
fn a_cancelled_question_ends_as_cancelled() {
    let volume = ball([100, 100, 60]);
    let at = volume.grid().centre();
    let ctx = JobContext::unobserved();
    ctx.cancel();
    let error = run(&engine(), Request::new(volume, vec![], at), &ctx).expect_err("cancelled");
    assert!(matches!(error, ClassifyError::Cancelled(_)), "{error}");
}
