//! The compiled shaders: one set of pipelines per device and target format.

use std::sync::OnceLock;

use super::frame::RenderError;
use super::reference::slice::Variant;
use crate::gpu::ShaderLibrary;
use crate::volume::Interpolation;

/// Format of every viewport's own texture. Not sRGB: the grey that is computed is the byte.
pub(super) const PICTURE_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// Pipelines and the layouts of what they read.
pub(super) struct Pipelines {
    slice: SlicePipelines,
    pub(super) slice_layout: wgpu::BindGroupLayout,
    pub(super) heatmap: wgpu::RenderPipeline,
    pub(super) heatmap_layout: wgpu::BindGroupLayout,
    pub(super) blit: wgpu::RenderPipeline,
    pub(super) blit_layout: wgpu::BindGroupLayout,
}

impl Pipelines {
    /// - `target`: format of the pass that copies of the viewports are drawn into
    /// - errors: a source is missing or does not compile
    pub(super) fn new(
        device: &wgpu::Device,
        target: wgpu::TextureFormat,
        library: &ShaderLibrary,
    ) -> Result<Self, RenderError> {
        let read = |name: &str| {
            library.compose(name).map_err(|error| RenderError::Shader { detail: error.to_string() })
        };
        let sources = [read("slice.wgsl")?, read("heatmap.wgsl")?, read("blit.wgsl")?];
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let pipelines = Self::build(device, target, &sources);
        match pollster::block_on(scope.pop()) {
            None => Ok(pipelines),
            Some(error) => Err(RenderError::Shader { detail: error.to_string() }),
        }
    }

    fn build(device: &wgpu::Device, target: wgpu::TextureFormat, sources: &[String; 3]) -> Self {
        let [slice, heatmap, blit] = sources;
        let slice_module = module(device, "slice", slice);
        let slice_layout =
            layout(device, "slice", &[(0, UNIFORM), (1, INTEGER_3D), (2, INTEGER_2D), (3, REAL_2D)]);
        let slice = SlicePipelines::new(device, slice_module, slice_layout.clone());
        let heatmap_layout = layout(device, "heatmap", &[(0, UNIFORM), (2, REAL_2D), (3, REAL_3D)]);
        let heatmap = pipeline(
            device,
            "heatmap",
            &module(device, "heatmap", heatmap),
            &heatmap_layout,
            PICTURE_FORMAT,
            Some(wgpu::BlendState::ALPHA_BLENDING),
            &[],
        );
        let blit_layout = layout(device, "blit", &[(0, REAL_2D)]);
        let blit = pipeline(
            device,
            "blit",
            &module(device, "blit", blit),
            &blit_layout,
            target,
            None,
            &[("TARGET_IS_SRGB", flag(target.is_srgb()))],
        );
        Self { slice, slice_layout, heatmap, heatmap_layout, blit, blit_layout }
    }

    /// The slice pipeline for what is drawn.
    pub(super) fn slice(&self, variant: Variant) -> &wgpu::RenderPipeline {
        self.slice.of(variant)
    }
}

/// The slice shader compiled for each kind of drawing: the usual ones at once, so that nothing waits for them
/// later, the others when they are asked for first.
struct SlicePipelines {
    device: wgpu::Device,
    module: wgpu::ShaderModule,
    layout: wgpu::BindGroupLayout,
    /// By loading (1), native (2), coloured (4), sharpened (8), nearest (16) and cubic (32).
    compiled: [OnceLock<wgpu::RenderPipeline>; 48],
}

impl SlicePipelines {
    fn new(device: &wgpu::Device, module: wgpu::ShaderModule, layout: wgpu::BindGroupLayout) -> Self {
        let compiled = [const { OnceLock::new() }; 48];
        let new = Self { device: device.clone(), module, layout, compiled };
        for (native, loading) in [(false, false), (false, true), (true, false), (true, true)] {
            let interpolation = Interpolation::Linear;
            new.of(Variant { native, loading, interpolation, coloured: false, sharpened: false });
        }
        new
    }

    fn of(&self, variant: Variant) -> &wgpu::RenderPipeline {
        let flags = [
            ("LOADING", variant.loading),
            // The nearest voxel is the same one, on a native slice or not.
            ("NATIVE", variant.native && variant.interpolation != Interpolation::Nearest),
            ("COLOURED", variant.coloured),
            ("SHARPENED", variant.sharpened),
            ("NEAREST", variant.interpolation == Interpolation::Nearest),
            ("CUBIC", variant.interpolation == Interpolation::Cubic),
        ];
        let place = flags.iter().zip(0..).map(|((_, on), bit)| usize::from(*on) << bit).sum::<usize>();
        let compile = || {
            let constants = flags.map(|(name, on)| (name, flag(on)));
            let (format, blend) = (PICTURE_FORMAT, None);
            pipeline(&self.device, "slice", &self.module, &self.layout, format, blend, &constants)
        };
        // `place` is below 48: nearest and cubic are never both.
        self.compiled.get(place).unwrap_or(&self.compiled[0]).get_or_init(compile)
    }
}

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}

pub(super) const UNIFORM: wgpu::BindingType = wgpu::BindingType::Buffer {
    ty: wgpu::BufferBindingType::Uniform,
    has_dynamic_offset: false,
    min_binding_size: None,
};
pub(super) const INTEGER_3D: wgpu::BindingType =
    texture(wgpu::TextureSampleType::Sint, wgpu::TextureViewDimension::D3);
const INTEGER_2D: wgpu::BindingType = texture(wgpu::TextureSampleType::Uint, wgpu::TextureViewDimension::D2);
pub(super) const REAL_3D: wgpu::BindingType = texture(UNFILTERED, wgpu::TextureViewDimension::D3);
pub(super) const REAL_2D: wgpu::BindingType = texture(UNFILTERED, wgpu::TextureViewDimension::D2);
const UNFILTERED: wgpu::TextureSampleType = wgpu::TextureSampleType::Float { filterable: false };

const fn texture(
    sample_type: wgpu::TextureSampleType,
    view_dimension: wgpu::TextureViewDimension,
) -> wgpu::BindingType {
    wgpu::BindingType::Texture { sample_type, view_dimension, multisampled: false }
}

pub(super) fn module(device: &wgpu::Device, label: &str, source: &str) -> wgpu::ShaderModule {
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    })
}

/// - `bindings`: by number
pub(super) fn layout(
    device: &wgpu::Device,
    label: &str,
    bindings: &[(u32, wgpu::BindingType)],
) -> wgpu::BindGroupLayout {
    let entries: Vec<_> = bindings
        .iter()
        .map(|&(binding, ty)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty,
            count: None,
        })
        .collect();
    device
        .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries: &entries })
}

pub(super) fn pipeline(
    device: &wgpu::Device,
    name: &str,
    module: &wgpu::ShaderModule,
    layout: &wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
    blend: Option<wgpu::BlendState>,
    constants: &[(&str, f64)],
) -> wgpu::RenderPipeline {
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(name),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let compilation_options = wgpu::PipelineCompilationOptions { constants, ..Default::default() };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(name),
        layout: Some(&pipeline_layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some(&format!("{name}_vertex")),
            compilation_options: compilation_options.clone(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(&format!("{name}_fragment")),
            compilation_options,
            targets: &[Some(wgpu::ColorTargetState { format, blend, write_mask: wgpu::ColorWrites::ALL })],
        }),
        multiview_mask: None,
        cache: None,
    })
}
