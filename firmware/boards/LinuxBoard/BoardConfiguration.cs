using System.Text.Json;
using System.Text.Json.Serialization;
using MdiQkd.Firmware.Adapters.HubBoard;

namespace MdiQkd.Firmware.Boards.LinuxBoard;

/// <summary>
/// Configuration file of a Linux board, JSON with comments. Keys are the properties of <see cref="HubBoardPlan"/> with a small first letter, and the
/// platform's own below. A pin that is not wired is left out.
/// </summary>
public sealed record BoardConfiguration
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Name of the board, 1 to 16 ASCII characters.</summary>
    public string Name { get; init; } = "hub-linux";

    /// <summary>Serial number, 16 hexadecimal digits.</summary>
    public string Serial { get; init; } = "0000000000000000";

    /// <summary>Where a host reaches the board: <see cref="LinkAddress.Form"/>.</summary>
    public string Link { get; init; } = "tcp:127.0.0.1:7620";

    /// <summary>Number of the GPIO chip for libgpiod; left out: the best driver for this computer.</summary>
    public int? GpioChip { get; init; }

    /// <summary>File with thousandths of a degree Celsius; empty if there is no thermometer.</summary>
    public string TemperatureFile { get; init; } = "";

    /// <summary><see cref="HubBoardPlan.LightEnablePin"/>.</summary>
    public int LightEnablePin { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.WatchdogPin"/>.</summary>
    public int WatchdogPin { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.Switch"/>, by name.</summary>
    public string Switch { get; init; } = nameof(SwitchWiring.None);

    /// <summary><see cref="HubBoardPlan.SwitchPorts"/>.</summary>
    public int SwitchPorts { get; init; }

    /// <summary><see cref="HubBoardPlan.FibrePlan"/>.</summary>
    public int[][] FibrePlan { get; init; } = [];

    /// <summary><see cref="HubBoardPlan.SwitchDrivePins"/>.</summary>
    public int[] SwitchDrivePins { get; init; } = [];

    /// <summary><see cref="HubBoardPlan.SwitchSensePins"/>.</summary>
    public int[] SwitchSensePins { get; init; } = [];

    /// <summary>Serial ports of the two switch modules, for <see cref="SwitchWiring.Serial"/>.</summary>
    public string[] SwitchSerialPorts { get; init; } = [];

    /// <summary><see cref="HubBoardPlan.SerialDarkPort"/>.</summary>
    public int SerialDarkPort { get; init; }

    /// <summary><see cref="HubBoardPlan.DriverBus"/>.</summary>
    public int DriverBus { get; init; }

    /// <summary><see cref="HubBoardPlan.CoilExpanderSelect"/>.</summary>
    public int CoilExpanderSelect { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.OutputEnablePin"/>.</summary>
    public int OutputEnablePin { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.SenseExpanderSelect"/>.</summary>
    public int SenseExpanderSelect { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.Tagger"/>, by name.</summary>
    public string Tagger { get; init; } = nameof(TaggerKind.None);

    /// <summary><see cref="HubBoardPlan.TaggerBus"/>.</summary>
    public int TaggerBus { get; init; }

    /// <summary><see cref="HubBoardPlan.TaggerSelect"/>.</summary>
    public int TaggerSelect { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.TaggerClockHz"/>.</summary>
    public int TaggerClockHz { get; init; } = 20_000_000;

    /// <summary><see cref="HubBoardPlan.TaggerReadyPin"/>.</summary>
    public int TaggerReadyPin { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.ReferencePresentPin"/>.</summary>
    public int ReferencePresentPin { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.ReferenceHz"/>.</summary>
    public int ReferenceHz { get; init; } = 10_000_000;

    /// <summary><see cref="HubBoardPlan.BlockItemsMax"/>.</summary>
    public int BlockItemsMax { get; init; } = 1024;

    /// <summary><see cref="HubBoardPlan.BlockBuffers"/>.</summary>
    public int BlockBuffers { get; init; } = 8;

    /// <summary>What is connected to each tagger channel: "Detector 0", "Sync 0", "Marker 0", "Unused 0".</summary>
    public string[] Channels { get; init; } = [];

    /// <summary><see cref="HubBoardPlan.BenchTimerSelect"/>.</summary>
    public int BenchTimerSelect { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.BenchEnablePin"/>.</summary>
    public int BenchEnablePin { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.BenchInterruptPin"/>.</summary>
    public int BenchInterruptPin { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.BenchPulsePin"/>.</summary>
    public int BenchPulsePin { get; init; } = HubBoardPlan.NotWired;

    /// <summary><see cref="HubBoardPlan.BenchClockHz"/>.</summary>
    public int BenchClockHz { get; init; } = 8_000_000;

    /// <summary><see cref="HubBoardPlan.BenchDelayPsMin"/>.</summary>
    public int BenchDelayPsMin { get; init; } = 20_000;

    /// <summary><see cref="HubBoardPlan.BenchDelayPsMax"/>.</summary>
    public int BenchDelayPsMax { get; init; } = 24_000;

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="JsonException">It is no JSON, or has a key or value that does not exist; the message says which and where.</exception>
    public static BoardConfiguration Parse(string json) =>
        JsonSerializer.Deserialize<BoardConfiguration>(json, Options) ?? throw new JsonException("the file holds no object");
}
