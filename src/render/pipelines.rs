//! The compiled shaders: one set of pipelines per device and target format.

use super::frame::RenderError;
use crate::gpu::ShaderLibrary;

/// Format of every viewport's own texture. Not sRGB: the grey that is computed is the byte.
pub(super) const PICTURE_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// Pipelines and the layouts of what they read.
pub(super) struct Pipelines {
    /// By native (2) and loading (1).
    slice: [wgpu::RenderPipeline; 4],
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
        let slice_layout = layout(device, "slice", &[(0, UNIFORM), (1, INTEGER_3D), (2, INTEGER_2D)]);
        let flag = |on: bool| f64::from(u8::from(on));
        let slice = std::array::from_fn(|variant| {
            let constants = [("NATIVE", flag(variant & 2 != 0)), ("LOADING", flag(variant & 1 != 0))];
            let blend = None;
            pipeline(device, "slice", &slice_module, &slice_layout, PICTURE_FORMAT, blend, &constants)
        });
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

    /// The slice pipeline for a plane on native slices or not, with all slices there or not.
    pub(super) fn slice(&self, native: bool, loading: bool) -> &wgpu::RenderPipeline {
        let [free, free_loading, on_slice, on_slice_loading] = &self.slice;
        match (native, loading) {
            (false, false) => free,
            (false, true) => free_loading,
            (true, false) => on_slice,
            (true, true) => on_slice_loading,
        }
    }
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
