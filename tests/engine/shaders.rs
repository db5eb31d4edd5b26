//! Every shader is valid, reachable, and lays its uniforms out as our structs do.

use std::collections::BTreeSet;
use std::mem::{offset_of, size_of};

use naga::valid::{Capabilities, ValidationFlags, Validator};
use triscope::gpu::{ENTRY_FILES, ShaderLibrary};
use triscope::render::heatmap::gpu::Heatmap;
use triscope::render::ray::gpu::{Ray, Stretch};
use triscope::render::slice::gpu::Slice;

fn module(name: &str) -> naga::Module {
    let source = ShaderLibrary::new(None).compose(name).expect("embedded");
    naga::front::wgsl::parse_str(&source)
        .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&source)))
}

#[test]
fn every_entry_point_validates() {
    for name in ENTRY_FILES {
        let module = module(name);
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let stem = name.strip_suffix(".wgsl").expect("a WGSL file");
        let entries: BTreeSet<_> = module.entry_points.iter().map(|e| e.name.clone()).collect();
        assert_eq!(entries, BTreeSet::from([format!("{stem}_vertex"), format!("{stem}_fragment")]));
    }
}

#[test]
fn every_source_is_reached_from_an_entry_file_and_every_file_is_a_source() {
    let library = ShaderLibrary::new(None);
    let reached: BTreeSet<String> =
        ENTRY_FILES.iter().flat_map(|name| library.compose_listed(name).expect("embedded").1).collect();
    let known: BTreeSet<String> = ShaderLibrary::names().map(str::to_owned).collect();
    assert_eq!(reached, known);
    let mut on_disk = BTreeSet::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    for (folder, prefix) in [(root.clone(), ""), (root.join("shared"), "shared/")] {
        for entry in std::fs::read_dir(folder).expect("the folder of shaders") {
            let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
            if name.ends_with(".wgsl") {
                on_disk.insert(format!("{prefix}{name}"));
            }
        }
    }
    assert_eq!(on_disk, known);
}

/// Size and member offsets of the uniform of this type in a shader.
fn layout(file: &str, name: &str) -> (usize, Vec<(String, usize)>) {
    let module = module(file);
    let (_, ty) = module
        .types
        .iter()
        .find(|(_, ty)| ty.name.as_deref() == Some(name))
        .unwrap_or_else(|| panic!("{file} has no {name}"));
    let naga::TypeInner::Struct { members, span } = &ty.inner else { panic!("{name} is no struct") };
    let members = members.iter().map(|m| (m.name.clone().unwrap_or_default(), m.offset as usize)).collect();
    (*span as usize, members)
}

macro_rules! offsets {
    ($type:ty: $($field:ident),*) => {
        vec![$((stringify!($field).to_owned(), offset_of!($type, $field))),*]
    };
}

#[test]
fn the_slice_uniform_is_laid_out_as_in_the_shader() {
    let ours = offsets![
        Slice: origin, right, down, slab_step, last, across, window, value, padding, steps, projection, invert,
        colours, sharpen
    ];
    assert_eq!(layout("slice.wgsl", "Slice"), (size_of::<Slice>(), ours));
}

#[test]
fn the_heatmap_uniform_is_laid_out_as_in_the_shader() {
    let ours = offsets![
        Heatmap: origin, right, down, slab_step, last, per_max, threshold, opacity, map, steps, contour
    ];
    assert_eq!(layout("heatmap.wgsl", "Heatmap"), (size_of::<Heatmap>(), ours));
}

#[test]
fn the_uniforms_of_the_3d_view_are_laid_out_as_in_the_shaders() {
    let ours = offsets![
        Ray: origin, right, down, into, last, low, high, slope_i, slope_j, slope_k, kept, shading, map_place,
        map_last, inside_scale, inside_offset, window, value, entry, padding, per_max, threshold, opacity, map, invert
    ];
    assert_eq!(layout("ray.wgsl", "Ray"), (size_of::<Ray>(), ours));
    assert_eq!(layout("stretch.wgsl", "Stretch"), (size_of::<Stretch>(), offsets![Stretch: scale, size]));
}
