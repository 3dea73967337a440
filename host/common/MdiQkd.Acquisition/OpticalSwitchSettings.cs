using System.Net;

namespace MdiQkd.Acquisition;

/// <summary>Where the optical switch is and how the measurement is wired to it.</summary>
/// <param name="EndPoint">SCPI over TCP; Polatis switches listen on 5025.</param>
/// <param name="Input1Port">Switch port of measurement input 1, from 1.</param>
/// <param name="Input2Port">Switch port of measurement input 2, from 1.</param>
/// <param name="ReplyTimeoutMs">Longest wait for the connection and for each reply, 1 to 60,000; a move takes 5 to 25 ms.</param>
public sealed record OpticalSwitchSettings(IPEndPoint EndPoint, int Input1Port, int Input2Port, int ReplyTimeoutMs = 2000)
{
    /// <summary>What is wrong with the settings, or null.</summary>
    public string? Fault() =>
        Input1Port < 1 || Input2Port < 1 || Input1Port == Input2Port
            ? $"switch inputs {Input1Port} and {Input2Port}: two different ports from 1 are needed"
        : ReplyTimeoutMs is < 1 or > 60_000 ? $"replyTimeoutMs = {ReplyTimeoutMs} is outside 1..60000"
        : null;
}
