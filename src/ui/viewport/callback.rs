//! The slice itself: our renderer in egui's pass.

use egui::{PaintCallbackInfo, Rect};
use egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};

use crate::render::{SliceFrame, SliceRenderer};

struct SliceCallback {
    viewport: u64,
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
        if let Some(renderer) = resources.get_mut::<SliceRenderer>() {
            renderer.prepare(device, queue, encoder, self.viewport, &self.frame);
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
            renderer.paint(pass, self.viewport);
        }
    }
}

/// A shape that draws the frame into `rect`. Without a renderer in the resources it draws nothing.
pub fn slice_shape(rect: Rect, viewport: u64, frame: SliceFrame) -> egui::Shape {
    Callback::new_paint_callback(rect, SliceCallback { viewport, frame }).into()
}
