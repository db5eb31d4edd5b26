//! Lines of the list that are about the 3D view: colours, sides, cuts.

use super::conditions::{boxed, in_hu, shown, shown_in_3d, tabled};
use super::entry::{Entry, Group, line};
use super::keys::{Key, Shortcut};
use super::words::Command;
use crate::geometry::Plane;
use crate::session::Side;
use crate::volume::VolumePreset;

/// Every command about the 3D view.
pub(super) static VOLUME: [Entry; 23] = [
    line(
        Command::ToggleVolume,
        "volume_view",
        Group::Volume,
        ("3D view", "The volume in 3D in the fourth viewport, or what else it shows."),
        &[Shortcut::plain(Key::F(5))],
        shown,
    ),
    line(
        Command::MaximiseVolume,
        "maximise_volume",
        Group::Volume,
        ("3D alone", "The 3D view over the whole centre, or all viewports."),
        &[Shortcut::plain(Key::F(6))],
        shown,
    ),
    preset(VolumePreset::Lung),
    preset(VolumePreset::Vessel),
    preset(VolumePreset::Bone),
    preset(VolumePreset::Surface),
    preset(VolumePreset::Nodule),
    preset(VolumePreset::Maximum),
    shading(),
    cut(Plane::Axial),
    cut(Plane::Coronal),
    cut(Plane::Sagittal),
    surroundings(),
    table(),
    crop_box(),
    line(
        Command::ResetCropBox,
        "volume_box_reset",
        Group::Volume,
        ("3D crop box anew", "The crop box is all of the volume again."),
        &[],
        boxed,
    ),
    line(
        Command::FitVolume,
        "volume_fit",
        Group::Volume,
        (
            "3D: fit",
            "All of the volume from where one looks, nothing left out around the cursor or before it.",
        ),
        &[],
        shown_in_3d,
    ),
    side(Side::Front),
    side(Side::Back),
    side(Side::Left),
    side(Side::Right),
    side(Side::Above),
    side(Side::Below),
];

/// Colours; chosen where there is no 3D view, they show it.
const fn preset(preset: VolumePreset) -> Entry {
    let (id, words) = match preset {
        VolumePreset::Lung => (
            "volume_lung",
            ("3D: lung", "Borders between air and lung tissue as thin shells: airways, vessels, surfaces."),
        ),
        VolumePreset::Vessel => {
            ("volume_vessel", ("3D: vessel", "Blood that holds contrast medium, and bone."))
        }
        VolumePreset::Bone => ("volume_bone", ("3D: bone", "Bone alone.")),
        VolumePreset::Surface => ("volume_surface", ("3D: surface", "Skin and soft tissue.")),
        VolumePreset::Nodule => (
            "volume_nodule",
            (
                "3D: nodule",
                "The selected nodule, or the place of the cursor, close by: soft tissue around it, without the wall before it.",
            ),
        ),
        VolumePreset::Maximum => {
            ("volume_mip", ("3D: MIP", "The brightest value along every ray, in the grey-scale window."))
        }
    };
    let enabled = if preset.needs_hu() { in_hu } else { shown };
    line(Command::VolumePreset(preset), id, Group::Volume, words, &[], enabled)
}

/// From where one looks.
const fn side(side: Side) -> Entry {
    let (id, words) = match side {
        Side::Front => ("volume_front", "3D from the front"),
        Side::Back => ("volume_back", "3D from the back"),
        Side::Left => ("volume_left", "3D from the left"),
        Side::Right => ("volume_right", "3D from the right"),
        Side::Above => ("volume_above", "3D from above"),
        Side::Below => ("volume_below", "3D from below"),
    };
    let help = "All of the volume, seen from this side of the patient.";
    line(Command::VolumeSide(side), id, Group::Volume, (words, help), &[], shown_in_3d)
}

/// What lies before a plane, or behind it, is cut away.
const fn cut(plane: Plane) -> Entry {
    let (id, words) = match plane {
        Plane::Axial => ("volume_cut_axial", "3D cut, axial"),
        Plane::Coronal => ("volume_cut_coronal", "3D cut, coronal"),
        Plane::Sagittal => ("volume_cut_sagittal", "3D cut, sagittal"),
    };
    let help = "Cuts away what lies before the slice of this plane, then what lies behind it, then nothing.";
    line(Command::CutVolume(plane), id, Group::Volume, (words, help), &[], shown_in_3d)
}

/// What else can be asked of the 3D view.
const fn surroundings() -> Entry {
    let words = ("3D around the cursor", "Only a cube around the cursor is shown in 3D, or everything.");
    line(Command::CropVolume, "volume_crop", Group::Volume, words, &[], shown_in_3d)
}

/// What the body lies on.
const fn table() -> Entry {
    let words = ("3D table", "Shows what the body lies on in 3D, or leaves it out.");
    line(Command::ToggleTable, "volume_table", Group::Volume, words, &[], tabled)
}

/// By hand.
const fn crop_box() -> Entry {
    let words = (
        "3D crop box",
        "A box whose six faces are pulled by their handles: only what lies in it is shown in 3D.",
    );
    const KEY: &[Shortcut] = &[Shortcut::shift(Key::F(5))];
    line(Command::CropBox, "volume_box", Group::Volume, words, KEY, shown_in_3d)
}

/// Light on surfaces.
const fn shading() -> Entry {
    let words = ("3D shading", "Surfaces are lit from where one looks, or show their colour alone.");
    line(Command::ToggleShading, "volume_shading", Group::Volume, words, &[], shown_in_3d)
}
