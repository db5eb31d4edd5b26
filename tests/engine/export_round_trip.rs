//! What is written is read back by another reader, or by our own from the other end of the house.

use std::fs;
use std::sync::{Arc, OnceLock};

use nifti::{IntoNdArray, NiftiObject, ReaderOptions};
use triscope::explain::Saliency;
use triscope::export::write_saliency;
use triscope::geometry::{Point, Transform, Vector, VoxelBox, VoxelGrid};
use triscope::jobs::JobContext;
use triscope::synth::{Phantom, Truth};
use triscope::volume::Unit;
use triscope::workflow::open::open;
use triscope::workflow::synth::{PhantomSpec, SynthesisError, TRUTH_FILE, synth};

const SPEC: PhantomSpec = PhantomSpec {
    seed: 9,
    nodules: 3,
    size: [96, 80, 30],
    spacing_mm: [3.7, 4.1, 10.0],
    ..PhantomSpec::DEFAULT
};

#[test]
fn a_phantom_written_as_dicom_opens_with_the_same_values_geometry_and_truth() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("phantom");
    let ctx = JobContext::unobserved();
    let truth = synth(&SPEC, &out, &ctx).expect("written");
    let phantom = Phantom::new(&SPEC, &ctx).expect("the same phantom");

    let opened = open(std::slice::from_ref(&out), None, &ctx, |_| {}).expect("opened");
    assert_eq!(opened.scan.series.len(), 1);
    assert!(opened.defects.is_empty(), "{:?}", opened.defects);
    assert!(opened.series().classifiable());
    assert_eq!(opened.volume.unit(), &Unit::Hu);
    let (read, made) = (opened.volume.grid(), phantom.grid());
    assert_eq!(read.size(), made.size());
    for corner in [[0.0; 3], [95.0, 79.0, 29.0]] {
        let corner = Point::from_array(corner);
        let apart = (read.patient_from_voxel() * corner).distance(made.patient_from_voxel() * corner);
        // Decimal strings of nine places, over a hundred steps.
        assert!(apart < 1e-6, "{apart} mm");
    }
    let painter = phantom.slices();
    let slices = opened.volume.int16().expect("whole numbers");
    for k in 0..30 {
        assert_eq!(slices.slice(k).expect("there"), &*painter.paint(k), "slice {k}");
    }
    let written: Truth =
        serde_json::from_slice(&fs::read(out.join(TRUTH_FILE)).expect("read")).expect("truth");
    assert_eq!(written, truth);
}

#[test]
fn the_same_phantom_is_the_same_bytes_and_a_taken_folder_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ctx = JobContext::unobserved();
    let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
    for out in [&a, &b] {
        synth(&SPEC, out, &ctx).expect("written");
    }
    let mut names: Vec<_> =
        fs::read_dir(&a).expect("listed").map(|e| e.expect("entry").file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 31);
    for name in &names {
        assert_eq!(fs::read(a.join(name)).expect("read"), fs::read(b.join(name)).expect("read"), "{name:?}");
    }
    let error = synth(&PhantomSpec { seed: 10, ..SPEC }, &a, &ctx).expect_err("something is there");
    assert!(matches!(error, SynthesisError::Write(_)), "{error}");
    assert_eq!(fs::read_dir(&a).expect("listed").count(), 31);
}

#[test]
fn a_cancelled_phantom_leaves_no_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Asked to stop in the middle of painting, through the handle that a window would hold.
    let slot: Arc<OnceLock<JobContext>> = Arc::default();
    let seen = Arc::clone(&slot);
    let ctx = JobContext::new(move |progress| {
        if progress.done > 0.3
            && let Some(job) = seen.get()
        {
            job.cancel();
        }
    });
    assert!(slot.set(ctx.clone()).is_ok());
    let outcome = synth(&SPEC, &folder.path().join("phantom"), &ctx);
    assert!(matches!(outcome, Err(SynthesisError::Cancelled(_))), "{outcome:?}");
    assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 0);
}

#[test]
fn a_saliency_map_lies_over_an_oblique_ct_in_another_reader() {
    // Turned by 30 degrees about the patient's long axis, with spacing 0.5 x 0.75 x 2 mm.
    let (sin, cos) = 30f64.to_radians().sin_cos();
    let axes = Transform::from_axes(
        Vector::new(0.5 * cos, 0.5 * sin, 0.0),
        Vector::new(-0.75 * sin, 0.75 * cos, 0.0),
        Vector::new(0.0, 0.0, 2.0),
        Point::new(-20.0, 35.0, -400.0),
    );
    let grid = VoxelGrid::new([20, 16, 12], axes).expect("a grid");
    // The box reaches over the lower corner, as a padded crop does.
    let bounds = VoxelBox { min: [-2, 3, -1], size: [6, 4, 5] };
    let values: Vec<f32> = (0..6 * 4 * 5).map(|n| n as f32 * 0.25).collect();
    let saliency = Saliency {
        method: "grad_cam",
        scale: None,
        bounds,
        values: Arc::from(values.clone()),
        native_shape: Some([2, 3, 3]),
        unit: "logit",
        signed: false,
        told: Vec::new(),
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("p01_grad_cam.nii.gz");
    write_saliency(&path, &saliency, &grid).expect("written");
    assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1, "nothing beside it");

    let read = ReaderOptions::new().read_file(&path).expect("read");
    let header = read.header().clone();
    assert_eq!(header.dim[..4], [3, 20, 16, 12]);
    assert_eq!((header.sform_code, header.qform_code, header.xyzt_units), (1, 1, 2));
    let array = read.into_volume().into_ndarray::<f32>().expect("values");
    for k in 0..12usize {
        for j in 0..16usize {
            for i in 0..20usize {
                let [x, y, z] = [i as i64 + 2, j as i64 - 3, k as i64 + 1];
                let inside = x < 6 && (0..4).contains(&y) && z < 5;
                let expected = if inside { values[((z * 4 + y) * 6 + x) as usize] } else { 0.0 };
                assert_eq!(array[[i, j, k]], expected, "voxel {i} {j} {k}");
            }
        }
    }
    // The quaternion names the same directions as the matrix (nifti1.h, method 2): here a turn about
    // the long axis, of which the first column is (a^2 + b^2 - c^2 - d^2, 2 (b c + a d), ...).
    let [b, c, d] = [header.quatern_b, header.quatern_c, header.quatern_d].map(f64::from);
    let a = (1.0 - b * b - c * c - d * d).max(0.0).sqrt();
    let first = [a * a + b * b - c * c - d * d, 2.0 * (b * c + a * d), 2.0 * (b * d - a * c)];
    for (q, row) in first.into_iter().zip([header.srow_x, header.srow_y, header.srow_z]) {
        // Single precision.
        assert!((q * 0.5 - f64::from(row[0])).abs() < 1e-6, "{first:?}");
    }
    assert_eq!(header.pixdim[..4], [1.0, 0.5, 0.75, 2.0]);
    // RAS of a voxel by the file is LPS of the CT with two signs turned.
    let rows = [header.srow_x, header.srow_y, header.srow_z];
    for index in [[0.0, 0.0, 0.0], [19.0, 15.0, 11.0]] {
        let lps = (grid.patient_from_voxel() * Point::from_array(index)).to_array();
        let ras = rows.map(|r| (0..3).map(|a| f64::from(r[a]) * index[a]).sum::<f64>() + f64::from(r[3]));
        for (a, expected) in [-lps[0], -lps[1], lps[2]].into_iter().enumerate() {
            // Single precision of values up to 400.
            assert!((ras[a] - expected).abs() < 1e-4, "axis {a}: {} against {expected}", ras[a]);
        }
    }
    // The range that readers lay their colours over; around zero where the sign means something.
    assert_eq!([header.cal_min, header.cal_max], [0.0, 119.0 * 0.25]);
    let values = values.iter().map(|v| v - 25.0).collect();
    let against = Saliency { method: "native", signed: true, values, ..saliency };
    write_saliency(&path, &against, &grid).expect("written again");
    let header = ReaderOptions::new().read_file(&path).expect("read").header().clone();
    assert_eq!([header.cal_min, header.cal_max], [-25.0, 25.0]);
}
