//! Adapters that fail or give no number, halfway and between the members of an ensemble.

use super::*;
use crate::geometry::VoxelGrid;
use crate::networks::m3net::published_layout;
use crate::networks::m3net_config;
use crate::networks::weights::{RANDOM_SEED, StateDict, random};

fn request() -> Request {
    let grid =
        VoxelGrid::axis_aligned([96, 96, 56], [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let at = grid.centre();
    let volume = Volume::loading(grid, Unit::Hu, None);
    for k in 0..56 {
        let slice = (0..96 * 96).map(|n| (n * 7919 + k * 31) as i16 % 1009).collect();
        volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
    }
    Request::new(Arc::new(volume), Vec::new(), at)
}

/// Finite weights that no answer comes out of: the last layer overflows.
fn overflowing() -> StateDict {
    let layout = published_layout(&m3net_config(DEFAULT_MODEL).expect("listed"));
    let mut state = random(&layout, RANDOM_SEED);
    for (key, array) in &mut state.tensors {
        if key.contains("fc.") {
            array.values.fill(f32::MAX);
        }
    }
    state
}

#[test]
fn an_adapter_without_a_number_is_given_up_and_the_processor_answers() {
    let engine = Engine::with_pretended_gpu(Some(overflowing()));
    let done = run(&engine, request(), &JobContext::unobserved()).expect("the processor answers");
    assert_eq!(done.answer.device.backend, "flex");
    assert!(done.answer.logits.iter().all(|l| l.is_finite()));
    assert_eq!(done.saliency.len(), 4);
    assert!(done.notices[0].contains("pretended adapter failed"), "{:?}", done.notices);
    assert_eq!(engine.device().backend, "flex", "and goes on answering");
}

/// Two members, of which the second gives no number.
fn failing_late() -> StateDict {
    let good = random(&published_layout(&m3net_config(DEFAULT_MODEL).expect("listed")), RANDOM_SEED);
    let members = [("members.0.", good), ("members.1.", overflowing())];
    let prefixed = members.into_iter().flat_map(|(prefix, state)| {
        state.tensors.into_iter().map(move |(key, array)| (format!("{prefix}{key}"), array))
    });
    StateDict { tensors: prefixed.collect() }
}

#[test]
fn an_adapter_that_fails_at_a_later_member_leaves_no_answer_of_two_devices() {
    let engine = Engine::with_pretended_gpu(Some(failing_late()));
    let done = run(&engine, request(), &JobContext::unobserved()).expect("the processor answers");
    assert_eq!(done.answer.device.backend, "flex");
    assert!(done.answer.is_whole(), "of the members that the processor has");
    assert_eq!(done.saliency.len(), 4);
    assert!(done.notices[0].contains("pretended adapter failed"), "{:?}", done.notices);

    // The same where the others are asked later.
    let engine = Engine::with_pretended_gpu(Some(failing_late()));
    let first = Request { all_members: false, ..request() };
    let first = run(&engine, first, &JobContext::unobserved()).expect("the adapter answers").answer;
    assert_eq!((first.device.backend.as_str(), first.is_whole()), ("wgpu", false));
    let question = ask_others(&engine, Arc::new(|| {}), request(), first);
    let mut devices = Vec::new();
    loop {
        match question.wait_a_moment() {
            Some(Event::Part(Part::Answer(a) | Part::Members(a))) => devices.push(a.device.backend.clone()),
            Some(Event::Ended(outcome)) => break assert_eq!(outcome, Outcome::Done(())),
            Some(Event::Part(_)) | None => {}
        }
    }
    // The answer of the first of the members that the processor has, then that of all.
    assert_eq!(devices, ["flex", "flex"], "it begins anew on the processor");
}

#[test]
fn weights_without_a_number_on_the_processor_too_are_at_fault_and_the_adapter_is_kept() {
    let engine = Engine::with_pretended_gpu(Some(overflowing()));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.safetensors");
    let card = crate::networks::weights::Card::random(DEFAULT_MODEL, 0);
    std::fs::write(&file, overflowing().to_safetensors(&card)).expect("written");
    let request = Request { weights: Some(WeightsChoice::File(file)), ..request() };
    let error = run(&engine, request, &JobContext::unobserved()).expect_err("no number").to_string();
    assert!(error.contains("its weights do not suit this input"), "{error}");
    assert_eq!(engine.device().backend, "wgpu");
    assert!(engine.take_notices().is_empty());
}

/// A bright ball of 12 mm in air, in voxels that are no cubes, of 105 x 105 x 120 mm.
fn ball() -> Request {
    let grid = VoxelGrid::axis_aligned([150, 150, 60], [0.7, 0.7, 2.0], Point::new(-50.0, 20.0, 300.0))
        .expect("a grid");
    let volume = Volume::loading(grid, Unit::Hu, None);
    for k in 0..60i32 {
        let inside = |n: i32| {
            let (i, j) = (n % 150 - 75, n / 150 - 75);
            f64::from(i * i + j * j).mul_add(0.49, 4.0 * f64::from(k - 30).powi(2)) < 36.0
        };
        let slice = (0..150 * 150).map(|n| if inside(n) { 30 } else { -870 + (n % 41) as i16 }).collect();
        volume.int16().expect("whole numbers").fill(k as usize, slice).expect("fits");
    }
    let at = grid.patient_from_voxel() * Point::new(75.0, 75.0, 30.0);
    Request::new(Arc::new(volume), Vec::new(), at)
}

#[test]
fn clinical_mode_reads_cubes_of_millimetres_and_says_what_the_weights_were_not_taught() {
    let engine = Engine::start(crate::inference::EngineOptions::alone(crate::inference::DeviceChoice::Cpu));
    let engine = engine.expect("a thread");
    let ask = |mode| run(&engine, Request { mode, ..ball() }, &JobContext::unobserved()).expect("an answer");
    let (paper, clinical) = (ask(Mode::Paper), ask(Mode::Clinical));
    let sides = |done: &Classified| {
        let mm = |n: usize| done.answer.regions[n].size_mm().map(|mm| mm.round() as i64);
        [mm(0), mm(1), mm(2)]
    };
    assert_eq!(sides(&clinical), [[32; 3], [64; 3], [96; 3]]);
    assert_eq!(sides(&paper), [[22, 22, 112], [45, 45, 112], [67, 67, 112]]);
    assert_eq!((paper.answer.mode.as_str(), clinical.answer.mode.as_str()), ("paper", "clinical"));
    assert_ne!(paper.answer.logits, clinical.answer.logits);

    // What was measured of the weights was measured in the mode in which they were taught.
    assert!(paper.answer.temperature.is_some() && paper.answer.readers.is_some());
    assert_eq!((clinical.answer.temperature, clinical.answer.readers), (None, None));
    assert!(clinical.answer.said.iter().all(|said| said.readers.is_none()));
    assert_eq!(clinical.answer.said.len(), clinical.answer.ensemble);
    let margin = clinical.answer.logits[1] - clinical.answer.logits[0];
    assert!((clinical.answer.probability - 1.0 / (1.0 + (-margin).exp())).abs() < 1e-12);
    let told = |done: &Classified| done.answer.guard.reasons.join("; ");
    assert!(told(&clinical).contains("taught in mode paper and not in mode clinical"), "{}", told(&clinical));
    assert!(told(&clinical).contains("not calibrated"));
    assert_ne!(clinical.answer.guard.verdict, crate::guard::Verdict::Ok);
    assert!(!told(&paper).contains("mode") && !told(&clinical).contains("training had"));

    // Maps lie on the CT's voxels, where the cubes are.
    for (map, region) in clinical.saliency.iter().skip(1).zip(&clinical.answer.regions) {
        assert_eq!(map.values.len(), map.bounds.size.iter().product::<usize>());
        for a in 0..3 {
            let end = |b: &crate::geometry::VoxelBox| b.min[a] + b.size[a] as i64;
            assert!((map.bounds.min[a] - region.bounds.min[a]).abs() <= 1, "{map:?}");
            assert!((end(&map.bounds) - end(&region.bounds)).abs() <= 1);
        }
    }
}

#[test]
fn a_network_that_takes_slices_as_channels_has_no_clinical_mode() {
    let request = Request { model: "m3net-cnb-r34-r18".to_owned(), mode: Mode::Clinical, ..request() };
    let error = check(&request).expect_err("56 slices").to_string();
    assert!(error.starts_with("m3net-cnb-r34-r18 has no mode clinical"), "{error}");
    for (name, count) in
        [("m3net-compact", 2), ("m3net-r18x3", 2), ("m3net-cnb-r34-r18", 1), ("csf-net", 2), ("maemc-net", 1)]
    {
        assert_eq!(Mode::of(spec(name).expect("listed")).len(), count, "{name}");
    }
}
