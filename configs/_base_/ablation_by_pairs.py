"""What the tables of ablations on photographs show, of three seeds."""

ablation = dict(
    seeds=[0, 1, 2],
    columns=dict(
        PSNR='PSNR',
        SSIM='SSIM',
        PSNR_equal_brightness='PSNR_equal_brightness',
        color_error='color_error',
        NIQE='NIQE',
        noise='noise',
    ),
)
