using System.Net;
using System.Text.Json.Serialization;
using MdiQkd.Acquisition.Device;
using MdiQkd.Measurement;
using MdiQkd.Measurement.Feedback;
using MdiQkd.Protocol;

namespace MdiQkd.Hub;

/// <summary>Configuration of the hub, read from one JSON file. Relative paths are relative to that file.</summary>
/// <param name="Name">Name of the hub; also the common name of its certificate.</param>
/// <param name="Listen">Address and port for nodes and management; port 0 takes a free one.</param>
/// <param name="Certificate">PEM file with the hub's certificate.</param>
/// <param name="CertificateKey">PEM file with its private key.</param>
/// <param name="TrustAnchor">PEM file of the certificate authority.</param>
/// <param name="Tagger">Address and port of the time tagger's tag stream, or <c>board</c>.</param>
/// <param name="Switch">Address and port of the optical switch (SCPI over TCP), or <c>board</c>.</param>
/// <param name="Timing">Slot raster.</param>
/// <param name="ChannelC">Tagger channel of detector c.</param>
/// <param name="ChannelD">Tagger channel of detector d.</param>
/// <param name="SettlingTimeMs">Time that a switch move takes.</param>
/// <param name="RelockTimeMs">Time after a move until timing, polarisation and frequency are aligned again.</param>
/// <param name="SessionTimeoutMs">A session without any progress for this long (real time) is closed where it is.</param>
/// <param name="Users">Users and the switch port that each one's fibre is on.</param>
/// <param name="Operators">Common names of the certificates that may read the management pages.</param>
/// <param name="Feedback">Feedback on the users' actuators; null = off.</param>
/// <param name="DelayCPs">How late a click of detector c reaches the tagger, ps.</param>
/// <param name="DelayDPs">How late a click of detector d reaches the tagger, ps.</param>
/// <param name="RecoverSlotClock">
/// Whether slots follow the arrivals, for a tagger with a clock of its own, and delays of the detectors too. If not, tagger and users
/// share a clock. Not with <paramref name="Feedback"/>: the slot clock would follow the very arrivals that feedback moves.
/// </param>
/// <param name="Board">Switch and time-tag board, <c>host:port</c> or a serial port, if switch or tagger is <c>board</c>; else null.</param>
/// <param name="BoardTimeoutMs">Without a word from the hub for this long the board blocks all light.</param>
public sealed record HubConfiguration(
    string Name,
    string Listen,
    string Certificate,
    string CertificateKey,
    string TrustAnchor,
    string Tagger,
    string Switch,
    SlotTiming Timing,
    byte ChannelC,
    byte ChannelD,
    int SettlingTimeMs,
    int RelockTimeMs,
    int SessionTimeoutMs,
    IReadOnlyList<HubUser> Users,
    IReadOnlyList<string> Operators,
    FeedbackSettings? Feedback = null,
    long DelayCPs = 0,
    long DelayDPs = 0,
    bool RecoverSlotClock = false,
    string? Board = null,
    int BoardTimeoutMs = 1000)
{
    /// <summary>In place of an address: the device is part of the <see cref="Board"/>.</summary>
    public const string OnBoard = "board";

    /// <summary>Whether the tags come from the board.</summary>
    [JsonIgnore]
    public bool HasBoardTagger => Tagger == OnBoard;

    /// <summary>Whether the board moves the optical switch.</summary>
    [JsonIgnore]
    public bool HasBoardSwitch => Switch == OnBoard;

    /// <summary>What is wrong, with key, value and allowed range, or null.</summary>
    public string? Fault()
    {
        if (!ParticipantName.IsValid(Name))
        {
            return $"name = '{Name}': {ParticipantName.Rule}";
        }

        if (AddressFault() is { } address)
        {
            return address;
        }

        if (Timing.Fault() is { } timing)
        {
            return $"timing: {timing}";
        }

        if (Feedback?.Fault() is { } feedback)
        {
            return $"feedback: {feedback}";
        }

        if (RecoverSlotClock && Feedback is not null)
        {
            return "recoverSlotClock = true with feedback: the slot clock would follow the very arrivals that feedback moves, and one would undo "
                + "the other; leave one of them out";
        }

        if (ChannelC == ChannelD)
        {
            return $"channelC = channelD = {ChannelC}: two detectors are needed";
        }

        if (new ChannelDelays(DelayCPs, DelayDPs).Fault() is { } delays)
        {
            return $"delayCPs, delayDPs: {delays}";
        }

        foreach ((string key, int value) in new[]
        {
            ("settlingTimeMs", SettlingTimeMs), ("relockTimeMs", RelockTimeMs), ("sessionTimeoutMs", SessionTimeoutMs),
        })
        {
            if (value is < 0 or > 3_600_000)
            {
                return $"{key} = {value} is outside 0..3600000";
            }
        }

        if (Users.FirstOrDefault(user => !ParticipantName.IsValid(user.Name) || user.Port < 1) is { } bad)
        {
            return $"users: '{bad.Name}' on port {bad.Port}: {ParticipantName.Rule}; ports count from 1";
        }

        return Users.Select(user => user.Name).Distinct(StringComparer.Ordinal).Count() != Users.Count
            || Users.Select(user => user.Port).Distinct().Count() != Users.Count
            ? "users: a name or a port is used twice"
            : null;
    }

    private string? AddressFault()
    {
        foreach ((string key, string value, bool isOnBoard) in new[]
        {
            ("listen", Listen, false), ("tagger", Tagger, HasBoardTagger), ("switch", Switch, HasBoardSwitch),
        })
        {
            if (!isOnBoard && !IPEndPoint.TryParse(value, out _))
            {
                return $"{key} = '{value}': an IP address and port is needed, such as 127.0.0.1:7000"
                    + (key == "listen" ? "" : $", or '{OnBoard}'");
            }
        }

        if (BoardTimeoutMs is < 100 or > 60_000)
        {
            return $"boardTimeoutMs = {BoardTimeoutMs} is outside 100..60000";
        }

        bool isUsed = HasBoardTagger || HasBoardSwitch;
        return Board is null ? (isUsed ? $"board: missing, but tagger or switch is '{OnBoard}': {DeviceAddress.Form} is needed" : null)
            : !isUsed ? $"board = '{Board}' is not used: neither tagger nor switch is '{OnBoard}'"
            : DeviceAddress.TryParse(Board, out _, out string fault) ? null
            : $"board: {fault}";
    }
}
