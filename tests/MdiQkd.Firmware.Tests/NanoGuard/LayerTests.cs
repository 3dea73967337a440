namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>Hardware is touched in one place: what is not an adapter or a board speaks to ports.</summary>
public sealed class LayerTests
{
    private static readonly string[] Hardware = ["System.Device.", "System.IO.Ports", "nanoFramework.Hardware", "nanoFramework.Runtime"];

    private static readonly string[] Permitted = ["firmware/MdiQkd.Firmware.Adapters/", "firmware/boards/"];

    [Theory]
    [InlineData("firmware")]
    [InlineData("shared")]
    [InlineData("host/common")]
    [InlineData("host/hub")]
    [InlineData("host/user")]
    public void Only_adapters_and_boards_name_the_hardware(string part)
    {
        string[] found = [.. FirmwareSources.Of(part).Where(source => NamesHardware(source.Text)).Select(source => source.Path)];

        Assert.All(found, path => Assert.Contains(Permitted, folder => path.StartsWith(folder, StringComparison.Ordinal)));
        Assert.Equal(part == "firmware", found.Length > 0);
    }

    [Fact]
    public void Only_boards_of_a_microcontroller_and_its_adapters_name_its_runtime()
    {
        string[] found =
        [
            .. FirmwareSources.Of("firmware").Where(source => source.Text.Contains("using nanoFramework.", StringComparison.Ordinal))
                .Select(source => source.Path),
        ];

        Assert.NotEmpty(found);
        Assert.All(found, path => Assert.True(
            path.Contains("/Nano/", StringComparison.Ordinal) || DeviceBuild.Boards.Any(board => path.StartsWith(board + "/", StringComparison.Ordinal))));
    }

    private static bool NamesHardware(string text) => Hardware.Any(name => text.Contains("using " + name, StringComparison.Ordinal));
}
