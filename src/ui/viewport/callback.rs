//! The slice itself: our renderer in egui's pass.

use egui::{PaintCallbackInfo, Rect};
use egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};

use crate::render::{PriorRenderer, RayFrame, SliceFrame, SliceRenderer};
use crate::session::Pane;

/// Which viewport a slice is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlicePlace {
    /// One of the series on the screen.
    Current(Pane),
    /// The second view of one of them, beside the first.
    Second(Pane),
    /// The prior's, whose volume lies in a renderer of its own.
    Prior,
}

impl SlicePlace {
    /// The number under which the renderer keeps its picture.
    fn viewport(self) -> u64 {
        match self {
            Self::Current(pane) => pane.index() as u64,
            Self::Second(pane) => (Pane::ALL.len() + pane.index()) as u64,
            Self::Prior => 0,
        }
    }

    fn renderer(self, resources: &CallbackResources) -> Option<&SliceRenderer> {
        match self {
            Self::Current(_) | Self::Second(_) => resources.get(),
            Self::Prior => resources.get::<PriorRenderer>().map(|prior| &prior.0),
        }
    }

    fn renderer_mut(self, resources: &mut CallbackResources) -> Option<&mut SliceRenderer> {
        match self {
            Self::Current(_) | Self::Second(_) => resources.get_mut(),
            Self::Prior => resources.get_mut::<PriorRenderer>().map(|prior| &mut prior.0),
        }
    }
}

struct SliceCallback {
    place: SlicePlace,
    frame: SliceFrame,
}

impl CallbackTrait for SliceCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(renderer) = self.place.renderer_mut(resources) {
            renderer.prepare(device, queue, encoder, self.place.viewport(), &self.frame);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(renderer) = self.place.renderer(resources) {
            renderer.paint(pass, self.place.viewport());
        }
    }
}

/// A shape that draws the frame into `rect`. Without a renderer in the resources it draws nothing.
pub fn slice_shape(rect: Rect, place: SlicePlace, frame: SliceFrame) -> egui::Shape {
    Callback::new_paint_callback(rect, SliceCallback { place, frame }).into()
}

struct RayCallback {
    frame: RayFrame,
    ctx: egui::Context,
}

impl CallbackTrait for RayCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let Some(renderer) = resources.get_mut::<SliceRenderer>() else { return Vec::new() };
        if renderer.prepare_rays(device, queue, encoder, &self.frame) {
            // The picture becomes better from frame to frame until it is whole.
            self.ctx.request_repaint();
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(renderer) = resources.get::<SliceRenderer>() {
            renderer.paint_rays(pass);
        }
    }
}

/// A shape that draws the 3D view into `rect`, and asks for frames until it is whole.
pub fn ray_shape(rect: Rect, frame: RayFrame, ctx: egui::Context) -> egui::Shape {
    Callback::new_paint_callback(rect, RayCallback { frame, ctx }).into()
}
