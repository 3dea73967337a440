using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Node.Alignment;

/// <summary>
/// Takes the hub's adjustments of delay line, laser frequency and polarisation, as far as they are harmless: inside the actuators'
/// range, in bounded steps, and not more often than the light that this node itself sent allows. It looks at no state, label or
/// block, and whatever it takes acts on all light alike (ANNOUNCEMENTS.md, section 9).
/// </summary>
/// <remarks>
/// The worst that a lying hub can do here is to spoil the interference, which it can do by not measuring. Calls come from several
/// threads.
/// </remarks>
internal sealed class AlignmentControl
{
    /// <summary>Largest step of the delay line: one slot of 200 MHz.</summary>
    public const int DelayStepPsMax = 5_000;

    /// <summary>Largest step of the laser frequency: the hub's visibility scan goes over 2.4 GHz.</summary>
    public const int FrequencyStepKHzMax = 3_000_000;

    /// <summary>Largest step of the polarisation, up to half turns: a search goes from 45° above to 45° below.</summary>
    public const int PolarisationStepMradMax = 1_600;

    /// <summary>Light that this node must have emitted per adjustment.</summary>
    public const long EmittedPsPerAdjustment = 50_000_000_000;

    /// <summary>Adjustments that may come together.</summary>
    public const int BurstMax = 4;

    private readonly Lock gate = new();
    private readonly Func<LightAlignment, Task> align;
    private readonly Action<string, AlignmentState> report;
    private readonly ILogger log;
    private readonly Dictionary<SessionId, long> emittedPs = [];
    private long creditPs = BurstMax * EmittedPsPerAdjustment;
    private string peer = string.Empty;
    private long number;
    private AlignmentReport current = new(LightAlignment.Rest, 0);
    private bool complained;

    /// <param name="align">Moves the actuators.</param>
    /// <param name="report">Sends a report to the hub, about the peer that is named.</param>
    /// <param name="log">Log.</param>
    public AlignmentControl(Func<LightAlignment, Task> align, Action<string, AlignmentState> report, ILogger log)
    {
        this.align = align;
        this.report = report;
        this.log = log;
    }

    /// <summary>Where the actuators stand, by the device's last report.</summary>
    public LightAlignment Setting => current.Setting;

    /// <summary>An adjustment of the hub. One that is refused is answered with the settings as they are.</summary>
    public void OnAdjustment(string peer, Adjustment message)
    {
        LightAlignment wanted = new(message.DelayPs, message.FrequencyKhz, message.PolarisationMrad);
        lock (gate)
        {
            if (message.Number <= number)
            {
                return; // overtaken
            }

            number = message.Number;
            this.peer = peer;
            if (Refusal(wanted) is { } refusal)
            {
                if (!complained)
                {
                    log.LogWarning("adjustment of the hub refused: {Reason}", refusal);
                    complained = true;
                }

                Send();
                return;
            }

            complained = false;
            creditPs -= EmittedPsPerAdjustment;
        }

        _ = Task.Run(() => align(wanted));
    }

    /// <summary>The device reports where the actuators stand.</summary>
    public void OnReport(AlignmentReport value)
    {
        lock (gate)
        {
            current = value;
            Send();
        }
    }

    /// <summary>Light went out: more adjustments may be taken.</summary>
    public void OnEmission(SessionId session, long emittedSlots, bool ended, int slotPeriodPs)
    {
        lock (gate)
        {
            long before = emittedPs.GetValueOrDefault(session);
            long now = Math.Max(before, emittedSlots * slotPeriodPs);
            creditPs = Math.Min(BurstMax * EmittedPsPerAdjustment, creditPs + now - before);
            if (ended)
            {
                emittedPs.Remove(session);
            }
            else
            {
                emittedPs[session] = now;
            }
        }
    }

    private string? Refusal(LightAlignment wanted) =>
        wanted.Fault()
        ?? (Math.Abs(wanted.DelayPs - Setting.DelayPs) > DelayStepPsMax ? $"a step of the delay of more than {DelayStepPsMax} ps"
            : Math.Abs((long)wanted.FrequencyKHz - Setting.FrequencyKHz) > FrequencyStepKHzMax
                ? $"a step of the frequency of more than {FrequencyStepKHzMax} kHz"
            : Math.Abs(Math.IEEERemainder(wanted.PolarisationMrad - Setting.PolarisationMrad, 1000 * Math.PI)) > PolarisationStepMradMax
                ? $"a step of the polarisation of more than {PolarisationStepMradMax} mrad"
            : creditPs < EmittedPsPerAdjustment ? "more adjustments than the light sent allows"
            : null);

    private void Send()
    {
        if (peer.Length > 0)
        {
            report(peer, new AlignmentState
            {
                Number = number,
                DelayPs = current.Setting.DelayPs,
                FrequencyKhz = current.Setting.FrequencyKHz,
                PolarisationMrad = current.Setting.PolarisationMrad,
                SincePs = current.SincePs,
            });
        }
    }
}
