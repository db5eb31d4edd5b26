//! Small pictures on the GPU, made anew only when their content changes.

use std::any::Any;
use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Id, Rect, TextureHandle, TextureOptions, Ui, pos2, vec2};

use crate::session::Thumbnail;

#[derive(Clone)]
struct Kept {
    key: u64,
    texture: TextureHandle,
    /// Whose addresses are in the key: while they are held, nothing else can lie there.
    _owner: Arc<dyn Any + Send + Sync>,
}

/// The texture kept under `id`, made by `make` where `key` is another than last time.
/// - `owner`: what the picture is made of; a key may hold its addresses
pub fn kept_texture<T: Send + Sync + 'static>(
    ctx: &Context,
    id: Id,
    key: u64,
    owner: T,
    options: TextureOptions,
    make: impl FnOnce() -> ColorImage,
) -> TextureHandle {
    if let Some(kept) = ctx.data(|d| d.get_temp::<Kept>(id))
        && kept.key == key
    {
        return kept.texture;
    }
    let texture = ctx.load_texture("small", make(), options);
    let kept = Kept { key, texture: texture.clone(), _owner: Arc::new(owner) };
    ctx.data_mut(|d| d.insert_temp(id, kept));
    texture
}

/// The picture of a series, as large as fits into `rect`, in its middle.
/// - `place`: who shows it; each place has its own size
/// - `index`: which series of the scan
pub fn thumbnail_ui(ui: &Ui, place: &str, rect: Rect, index: usize, picture: &Thumbnail) {
    let [width, height] = picture.size_px;
    if width == 0 || height == 0 || picture.levels.len() != width * height * picture.channels() {
        return;
    }
    let scale = (rect.width() / width as f32).min(rect.height() / height as f32);
    // The graphics device mixes four pixels at most: what is shown much smaller is averaged before.
    let by = (1.0 / (scale * ui.pixels_per_point())).floor().clamp(1.0, 64.0) as usize;
    let key = picture.levels.as_ptr() as usize as u64 ^ (by as u64) << 56;
    let id = Id::unique(("thumbnail", place, index));
    let owner = Arc::clone(&picture.levels);
    let texture = kept_texture(ui, id, key, owner, TextureOptions::LINEAR, || {
        let (size, levels) = picture.shrunk(by);
        if picture.coloured {
            ColorImage::from_rgb(size, &levels)
        } else {
            ColorImage::from_gray(size, &levels)
        }
    });
    let place = Rect::from_center_size(rect.center(), vec2(width as f32, height as f32) * scale);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture.id(), place, whole, Color32::WHITE);
}
