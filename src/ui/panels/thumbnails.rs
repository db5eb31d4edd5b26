//! Small pictures on the GPU, made anew only when their content changes.

use egui::{ColorImage, Context, Id, TextureHandle, TextureOptions};

#[derive(Clone)]
struct Kept {
    key: u64,
    texture: TextureHandle,
}

/// The texture kept under `id`, made by `make` where `key` is another than last time.
pub fn kept_texture(
    ctx: &Context,
    id: Id,
    key: u64,
    options: TextureOptions,
    make: impl FnOnce() -> ColorImage,
) -> TextureHandle {
    if let Some(kept) = ctx.data(|d| d.get_temp::<Kept>(id))
        && kept.key == key
    {
        return kept.texture;
    }
    let texture = ctx.load_texture("small", make(), options);
    ctx.data_mut(|d| d.insert_temp(id, Kept { key, texture: texture.clone() }));
    texture
}
