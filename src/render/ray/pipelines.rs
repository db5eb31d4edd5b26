//! The compiled shaders of the 3D view, each when it is first needed: most windows never ask for all.

use std::collections::BTreeMap;

use crate::gpu::ShaderLibrary;
use crate::render::frame::RenderError;
use crate::render::pipelines::{
    INTEGER_3D, PICTURE_FORMAT, REAL_2D, REAL_3D, UNIFORM, layout, module, pipeline,
};
use crate::render::reference::ray::Variant;

/// Pipelines and the layouts of what they read.
pub(in crate::render) struct RayPipelines {
    module: wgpu::ShaderModule,
    made: BTreeMap<Variant, wgpu::RenderPipeline>,
    pub(super) layout: wgpu::BindGroupLayout,
    pub(super) stretch: wgpu::RenderPipeline,
    pub(super) stretch_layout: wgpu::BindGroupLayout,
}

impl RayPipelines {
    /// - errors: a source is missing or does not compile
    pub(in crate::render) fn new(
        device: &wgpu::Device,
        library: &ShaderLibrary,
    ) -> Result<Self, RenderError> {
        let read = |name: &str| {
            library.compose(name).map_err(|error| RenderError::Shader { detail: error.to_string() })
        };
        let (ray, stretch) = (read("ray.wgsl")?, read("stretch.wgsl")?);
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let layout_of_rays = layout(
            device,
            "ray",
            &[
                (0, UNIFORM),
                (1, INTEGER_3D),
                (2, REAL_2D),
                (3, REAL_3D),
                (4, REAL_2D),
                (5, INTEGER_3D),
                (6, REAL_3D),
            ],
        );
        let stretch_layout = layout(device, "stretch", &[(0, REAL_2D), (1, UNIFORM)]);
        let stretch = module(device, "stretch", &stretch);
        let pipelines = Self {
            module: module(device, "ray", &ray),
            made: BTreeMap::new(),
            stretch: pipeline(device, "stretch", &stretch, &stretch_layout, PICTURE_FORMAT, None, &[]),
            layout: layout_of_rays,
            stretch_layout,
        };
        match pollster::block_on(scope.pop()) {
            None => Ok(pipelines),
            Some(error) => Err(RenderError::Shader { detail: error.to_string() }),
        }
    }

    /// The pipeline for a way to look.
    pub(super) fn get(&mut self, device: &wgpu::Device, variant: Variant) -> &wgpu::RenderPipeline {
        self.made.entry(variant).or_insert_with(|| {
            let flag = |on: bool| f64::from(u8::from(on));
            let Variant { maximum, lit, fine } = variant;
            let constants = [("MAXIMUM", flag(maximum)), ("LIT", flag(lit)), ("FINE", flag(fine))];
            pipeline(device, "ray", &self.module, &self.layout, PICTURE_FORMAT, None, &constants)
        })
    }
}
