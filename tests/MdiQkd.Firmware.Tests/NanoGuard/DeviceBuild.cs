namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>The device's sources, compiled once for all tests that look at them.</summary>
internal static class DeviceBuild
{
    private static readonly Lazy<(IReadOnlyList<string> Errors, byte[] Image)> Build = new(() =>
        (NanoCompiler.Compile(Sources, out byte[] image), image));

    /// <summary>Folders of the boards that run .NET nanoFramework.</summary>
    internal static readonly string[] Boards = ["firmware/boards/HubBoardEsp32S3", "firmware/boards/HubBoardStm32F769"];

    private static readonly string[] Folders = ["shared/MdiQkd.Wire", "firmware/MdiQkd.Firmware", "firmware/MdiQkd.Firmware.Adapters", .. Boards];

    /// <summary>Everything that runs on the device.</summary>
    internal static (string Path, string Text)[] Sources =>
        [.. Folders.SelectMany(FirmwareSources.Of).Where(source => !source.Path.Contains("/DotNet/", StringComparison.Ordinal))];

    /// <summary>Errors of the compilation.</summary>
    internal static IReadOnlyList<string> Errors => Build.Value.Errors;

    /// <summary>The compiled code; there must be no error.</summary>
    internal static byte[] Image
    {
        get
        {
            Assert.Empty(Errors);
            return Build.Value.Image;
        }
    }
}
