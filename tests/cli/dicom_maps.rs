//! `triscope explain --dicom` and `--figure`: maps as Parametric Maps, read by others' readers, and for print.

use std::path::Path;
use std::process::Command;

use crate::run::{arg, nodule, phantom, scratch, triscope};

/// Reads each map with pydicom and compares it with the NIfTI of the same name: values, and where three voxels lie.
const COMPARE: &str = r#"
import gzip, struct, sys
import numpy, pydicom
for dicom, nifti in zip(sys.argv[1::2], sys.argv[2::2]):
    d = pydicom.dcmread(dicom)
    raw = gzip.open(nifti).read()
    nx, ny, nz = struct.unpack_from("<3h", raw, 42)
    rows = numpy.array([struct.unpack_from("<4f", raw, 280 + 16 * n) for n in range(3)])
    whole = numpy.frombuffer(raw, "<f4", nx * ny * nz, int(struct.unpack_from("<f", raw, 108)[0]))
    whole = whole.reshape(nz, ny, nx)
    values = d.pixel_array
    shared = d.SharedFunctionalGroupsSequence[0]
    across, down = numpy.reshape(shared.PlaneOrientationSequence[0].ImageOrientationPatient, (2, 3)).astype(float)
    between_rows, between_columns = map(float, shared.PixelMeasuresSequence[0].PixelSpacing)
    sum_of_frames = 0.0
    for frame, groups in zip(values, d.PerFrameFunctionalGroupsSequence):
        first = numpy.array(groups.PlanePositionSequence[0].ImagePositionPatient, float)
        for row, column in [(0, 0), (3, 5), (frame.shape[0] - 1, frame.shape[1] - 1)]:
            lps = first + across * column * between_columns + down * row * between_rows
            ras = lps * [-1, -1, 1]
            i, j, k = numpy.rint(numpy.linalg.solve(rows[:, :3], ras - rows[:, 3])).astype(int)
            there = rows[:, :3] @ [i, j, k] + rows[:, 3]
            # The NIfTI has its places in single precision.
            assert numpy.abs(there - ras).max() < 1e-3, (there, ras)
            assert whole[k, j, i] == frame[row, column], (whole[k, j, i], frame[row, column])
        sum_of_frames += numpy.abs(frame.astype(float)).sum()
    # Nothing of the map lies outside what was written.
    assert abs(sum_of_frames - numpy.abs(whole.astype(float)).sum()) < 1e-6 * sum_of_frames
    print(dicom, values.shape, "equal")
"#;

fn explained(out: &Path, dicom: &Path, more: &[&str]) -> crate::run::Ran {
    let at = nodule(phantom());
    let mut arguments = vec!["explain", arg(phantom()), "--at", &at, "--device", "cpu", "--explain"];
    arguments.extend(["grad_cam,native,gradient", "--json", "--out", arg(out), "--dicom", arg(dicom)]);
    arguments.extend(more);
    triscope(&arguments)
}

#[test]
fn maps_are_valid_dicom_with_the_values_of_the_nifti_files() {
    let folder = scratch("dicom-maps");
    let (out, plain, filed) = (folder.join("out"), folder.join("plain"), folder.join("filed"));
    let json = explained(&out, &plain, &[]).json();
    let maps = json["results"][0]["answers"][0]["explanations"].as_array().expect("a list").clone();
    let names: Vec<[String; 2]> = maps
        .iter()
        .map(|m| ["file", "dicom"].map(|field| m[field].as_str().expect("a name").to_owned()))
        .collect();
    assert_eq!(names[0], ["p01_grad_cam.nii.gz", "p01_grad_cam.dcm"]);
    explained(&out, &filed, &["--with-patient"]).json();
    let files: Vec<_> = names.iter().flat_map(|[_, dicom]| [plain.join(dicom), filed.join(dicom)]).collect();
    assert!(files.iter().all(|file| file.is_file()));
    // The same input gives the same bytes.
    let again = folder.join("again");
    explained(&out, &again, &[]).json();
    for [_, dicom] in &names {
        let read = |folder: &Path| std::fs::read(folder.join(dicom)).expect("read");
        assert!(read(&plain) == read(&again), "{dicom}");
    }
    // This program opens what it wrote, with the values of the same map's NIfTI, which is larger by zeros alone.
    for [nifti, dicom] in &names {
        let load = |file: &Path| triscope(&["bench", "load", arg(file), "--json"]).json();
        let [of_nifti, of_dicom] = [out.join(nifti), plain.join(dicom)].map(|file| load(&file));
        assert_eq!(of_dicom["dtype"], "float32", "{dicom}");
        for field in ["min", "max", "sum"] {
            let [a, b] = [&of_nifti, &of_dicom].map(|told| told[field].as_f64().expect("a number"));
            // Sums of the same numbers in another order.
            assert!((a - b).abs() <= 1e-6 * a.abs().max(1e-12), "{dicom}: {field} {a} and {b}");
        }
    }
    match Command::new("dciodvfy").arg("-version").output() {
        Err(_) => eprintln!("passed over: dciodvfy (the package dicom3tools) is not here"),
        Ok(_) => {
            for file in &files {
                let said = Command::new("dciodvfy").arg(file).output().expect("it runs");
                let said = String::from_utf8_lossy(&said.stderr).into_owned();
                assert!(said.contains("ParametricMap"), "{said}");
                assert!(!said.lines().any(|line| line.starts_with("Error")), "{said}");
            }
        }
    }
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let ready = Command::new(&python).args(["-c", "import numpy, pydicom"]).output();
    if !ready.is_ok_and(|ran| ran.status.success()) {
        return eprintln!(
            "passed over: {python} with numpy and pydicom is not here (PYTHON names another one)"
        );
    }
    let mut compare = Command::new(&python);
    compare.args(["-c", COMPARE]);
    for [nifti, dicom] in &names {
        compare.arg(plain.join(dicom)).arg(out.join(nifti));
    }
    let ran = compare.output().expect("it runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8_lossy(&ran.stdout).matches("equal").count(), names.len());
}

#[test]
fn a_view_is_a_valid_secondary_capture_that_is_written_once() {
    let folder = scratch("dicom-views");
    let draw = |file: &Path, more: &[&str]| {
        let mut arguments = vec!["render", arg(phantom()), "--plane", "coronal", "--out", arg(file)];
        arguments.extend(more);
        triscope(&arguments)
    };
    for (name, more) in [("plain.dcm", &[][..]), ("filed.dcm", &["--with-patient"])] {
        let file = folder.join(name);
        let ran = draw(&file, more);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        match Command::new("dciodvfy").arg(&file).output() {
            Err(_) => eprintln!("passed over: dciodvfy (the package dicom3tools) is not here"),
            Ok(said) => {
                let said = String::from_utf8_lossy(&said.stderr).into_owned();
                assert!(
                    said.contains("SCImage") && !said.lines().any(|line| line.starts_with("Error")),
                    "{said}"
                );
            }
        }
        assert!(draw(&file, more).refused(1).contains("choose another one"));
    }
    assert!(draw(&phantom().join("view.dcm"), &[]).refused(1).contains("nothing is ever written"));
    assert!(draw(&folder.join("a.png"), &["--with-patient"]).refused(2).contains("F.dcm"));
}

#[test]
fn a_folder_that_is_taken_or_that_was_opened_is_refused() {
    let folder = scratch("dicom-maps-refused");
    let taken = folder.join("taken");
    std::fs::create_dir(&taken).expect("made");
    std::fs::write(taken.join("a"), "x").expect("written");
    let out = folder.join("out");
    assert!(explained(&out, &taken, &[]).refused(1).contains("choose an empty or a new one"));
    let inside = phantom().join("maps");
    assert!(explained(&out, &inside, &[]).refused(1).contains("nothing is ever written"));
    assert!(!inside.exists());
    let at = nodule(phantom());
    let alone = triscope(&["explain", arg(phantom()), "--at", &at, "--with-patient"]);
    assert_eq!(alone.code, Some(2));
}

#[test]
fn a_figure_is_for_one_answer_and_says_how_large_it_is() {
    let folder = scratch("figure");
    let at = nodule(phantom());
    let file = folder.join("figure.png");
    let draw = |more: &[&str]| {
        let mut arguments =
            vec!["explain", arg(phantom()), "--at", &at, "--device", "cpu", "--explain", "native"];
        arguments.extend(["--figure", arg(&file)]);
        arguments.extend(more);
        triscope(&arguments)
    };
    assert!(draw(&["--at", &at]).refused(2).contains("one point and one network"));
    assert!(draw(&["--model", "all"]).refused(2).contains("one point and one network"));
    let ran = draw(&[]);
    if ran.stderr.contains("no figure was drawn") {
        return eprintln!("passed over: {}", ran.stderr);
    }
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let bytes = std::fs::read(&file).expect("read");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    // The header, then the size on paper: 15750 pixels to a metre are 400 to an inch, 2835 of them 180 mm.
    assert_eq!((&bytes[12..16], number(16)), (b"IHDR".as_slice(), 2835));
    assert_eq!((&bytes[37..41], number(41), number(45), bytes[49]), (b"pHYs".as_slice(), 15_750, 15_750, 1));
    draw(&[]);
    assert!(bytes == std::fs::read(&file).expect("read"), "the same input gives the same bytes");
    let inside = phantom().join("figure.png");
    let refused =
        triscope(&["explain", arg(phantom()), "--at", &at, "--device", "cpu", "--figure", arg(&inside)]);
    assert!(refused.refused(1).contains("nothing is ever written") && !inside.exists());
}
