//! `triscope render`: pictures through the window's shaders.

use std::path::Path;

use crate::run::{arg, nodule, phantom, scratch, triscope};

fn picture(path: &Path) -> image::RgbaImage {
    image::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).to_rgba8()
}

fn render(name: &str, more: &[&str]) -> image::RgbaImage {
    let out = scratch(name).join("view.png");
    let mut arguments = vec!["render", arg(phantom()), "--out", arg(&out)];
    arguments.extend(more);
    let ran = triscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.is_empty());
    picture(&out)
}

/// Mean grey of the middle quarter, away from letters and frame.
fn middle(image: &image::RgbaImage) -> f64 {
    let (w, h) = image.dimensions();
    let mut sum = 0.0;
    let mut count = 0.0;
    for y in h * 3 / 8..h * 5 / 8 {
        for x in w * 3 / 8..w * 5 / 8 {
            sum += f64::from(image.get_pixel(x, y).0[0]);
            count += 1.0;
        }
    }
    sum / count
}

/// Whether a pixel is coloured: grey has equal parts.
fn coloured(image: &image::RgbaImage) -> usize {
    image.pixels().filter(|p| p.0[0].abs_diff(p.0[2]) > 40 || p.0[0].abs_diff(p.0[1]) > 40).count()
}

#[test]
fn every_plane_has_the_size_that_was_asked_for() {
    for plane in ["axial", "coronal", "sagittal"] {
        let image = render(&format!("plane-{plane}"), &["--plane", plane, "--size", "320x200"]);
        assert_eq!(image.dimensions(), (320, 200), "{plane}");
        assert!(middle(&image) > 5.0, "{plane} is not black");
    }
}

#[test]
fn presets_windows_and_slabs_change_the_picture() {
    let lung = middle(&render("preset-lung", &["--plane", "axial"]));
    let soft = middle(&render("preset-soft", &["--plane", "axial", "--preset", "soft_tissue"]));
    let same = middle(&render("window-soft", &["--plane", "axial", "--window", "400,40"]));
    assert!((lung - soft).abs() > 5.0, "{lung} {soft}");
    // The corner text is outside the middle: the pictures are equal there.
    assert!((soft - same).abs() < 1e-9, "{soft} {same}");
    let max = middle(&render("slab-max", &["--plane", "axial", "--slab", "40", "--projection", "max"]));
    let min = middle(&render("slab-min", &["--plane", "axial", "--slab", "40", "--projection", "min"]));
    let mean = middle(&render("slab-mean", &["--plane", "axial", "--slab", "40", "--projection", "mean"]));
    assert!(min < mean && mean < max, "{min} {mean} {max}");
}

#[test]
fn an_oblique_view_along_the_axes_is_the_axial_one() {
    let axial = middle(&render("straight", &["--plane", "axial", "--at", "0,0,-3", "--fov", "200"]));
    let oblique =
        middle(&render("slanted", &["--oblique", "0,0,1,0,-1,0", "--at", "0,0,-3", "--fov", "200"]));
    // The axial view snaps to the native slice, the oblique one passes through the point itself.
    assert!((axial - oblique).abs() < 12.0, "{axial} {oblique}");
}

#[test]
fn overlays_are_drawn_over_the_point() {
    let at = nodule(phantom());
    let plain = coloured(&render("plain", &["--plane", "axial", "--at", &at]));
    let boxes = coloured(&render("boxes", &["--plane", "axial", "--at", &at, "--overlay", "boxes"]));
    let both = &["--plane", "axial", "--at", &at, "--overlay", "boxes,saliency", "--device", "cpu"];
    let saliency = coloured(&render("saliency", both));
    assert!(boxes > plain + 200, "{plain} {boxes}");
    assert!(saliency > boxes, "{boxes} {saliency}");
}

#[test]
fn the_same_view_is_the_same_file() {
    let files: Vec<Vec<u8>> = ["again-1", "again-2"]
        .iter()
        .map(|name| {
            render(name, &["--plane", "coronal"]);
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name).join("view.png");
            std::fs::read(path).expect("read")
        })
        .collect();
    assert!(files[0] == files[1]);
}

#[test]
fn a_point_outside_and_a_place_that_cannot_be_written_are_refused() {
    let out = scratch("render-bad").join("view.png");
    let ran =
        triscope(&["render", arg(phantom()), "--plane", "axial", "--at", "900,0,0", "--out", arg(&out)]);
    assert!(ran.refused(1).contains("outside the volume"), "{}", ran.stderr);
    assert!(!out.exists());
    let nowhere = out.with_file_name("no").join("such").join("view.png");
    let ran = triscope(&["render", arg(phantom()), "--plane", "axial", "--out", arg(&nowhere)]);
    assert!(ran.refused(1).contains("cannot be written"), "{}", ran.stderr);
}

#[test]
fn a_scroll_is_a_gif_and_a_turn_numbered_pictures() {
    let out = scratch("animate").join("scroll.gif");
    let scroll =
        ["--plane", "coronal", "--animate", "scroll", "--frames", "6", "--size", "64x48", "--pace", "10"];
    let ran = triscope(&[&["render", arg(phantom()), "--out", arg(&out)], &scroll[..]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let mut read =
        gif::DecodeOptions::new().read_info(std::fs::File::open(&out).expect("written")).expect("a GIF");
    assert_eq!((read.width(), read.height()), (64, 48));
    let mut frames = 0;
    while let Some(frame) = read.read_next_frame().expect("a frame") {
        frames += 1;
        assert_eq!(frame.delay, 10, "hundredths of a second");
    }
    assert_eq!(frames, 6);

    let turn = out.with_file_name("turn.png");
    let ran = triscope(&[
        "render",
        arg(phantom()),
        "--volume",
        "bone",
        "--animate",
        "turn",
        "--frames",
        "3",
        "--size",
        "48x48",
        "--out",
        arg(&turn),
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let picture = |n: usize| picture(&out.with_file_name(format!("turn-000{n}.png")));
    assert!(picture(1) != picture(2) && picture(2) != picture(3) && !turn.exists());
}

#[test]
fn what_the_body_lies_on_and_what_lies_around_the_point_are_shown_in_3d_as_asked() {
    let folder = scratch("volume-parts");
    let drawn = |name: &str, more: &[&str]| {
        let out = folder.join(format!("{name}.png"));
        let fixed = ["render", arg(phantom()), "--volume", "mip", "--from", "left", "--size", "96x96"];
        let ran = triscope(&[&fixed[..], &["--out", arg(&out)], more].concat());
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        picture(&out)
    };
    let [body, table, cube] = [("body", &[][..]), ("table", &["--table"]), ("cube", &["--cube", "60"])]
        .map(|(n, more)| drawn(n, more));
    let lit = |picture: &image::RgbaImage| picture.pixels().filter(|p| p[0] > 40).count();
    assert!(lit(&table) > lit(&body), "{} and {}", lit(&table), lit(&body));
    assert!(cube != body);
    for of_3d in [&["--table"][..], &["--cube", "60"], &["--from", "left"], &["--turn", "10,0"]] {
        let out = folder.join("none.png");
        let plane = ["render", arg(phantom()), "--plane", "axial", "--out", arg(&out)];
        let ran = triscope(&[&plane[..], of_3d].concat());
        assert!(ran.code == Some(2) && ran.stderr.contains("--plane"), "{of_3d:?}: {}", ran.stderr);
    }
}

#[test]
fn films_that_cannot_be_are_refused() {
    let out = scratch("animate-bad").join("film.gif");
    let refused = |more: &[&str], code| {
        let ran = triscope(&[&["render", arg(phantom()), "--out", arg(&out)], more].concat());
        ran.refused(code).to_owned()
    };
    assert!(refused(&["--plane", "axial", "--animate", "turn"], 2).contains("--volume"));
    assert!(refused(&["--volume", "bone", "--animate", "scroll"], 2).contains("no slices"));
    let none = ["--plane", "axial", "--animate", "scroll", "--frames", "0"];
    let ran = triscope(&[&["render", arg(phantom()), "--out", arg(&out)], &none[..]].concat());
    assert!(ran.code == Some(2) && ran.stderr.contains("1 to 4000 frames"), "{}", ran.stderr);
    let text = out.with_extension("mp4");
    let ran = triscope(&[
        "render",
        arg(phantom()),
        "--plane",
        "axial",
        "--animate",
        "scroll",
        "--frames",
        "2",
        "--out",
        arg(&text),
    ]);
    assert!(ran.refused(1).contains(".gif"), "{}", ran.stderr);
    assert!(!out.exists() && !text.exists());
}
