namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>The device build cannot run where its packages cannot be restored; this compilation always runs.</summary>
public sealed class NanoCompileTests
{
    [Fact]
    public void The_sources_of_the_device_compile_against_its_class_libraries()
    {
        Assert.True(DeviceBuild.Sources.Length > 60);
        Assert.Empty(DeviceBuild.Errors);
        Assert.NotEmpty(DeviceBuild.Image);
    }
}
