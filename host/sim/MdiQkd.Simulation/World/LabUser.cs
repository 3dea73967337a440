using MdiQkd.Preparation;
using MdiQkd.Preparation.Encoder;

namespace MdiQkd.Simulation.World;

/// <summary>One user as the laboratory sees it: arm, newest encoder connection, armed session. Loop only.</summary>
internal sealed class LabUser(SimulatedUser settings, UserDrift drift)
{
    /// <summary>What is off with its light.</summary>
    public UserDrift Drift { get; } = drift;

    public SimulatedUser Settings { get; } = settings;

    public EncoderConnection? Connection { get; set; }

    public ArmedSession? Armed { get; set; }

    /// <summary>Reports progress of the armed session; the end disarms.</summary>
    public void Report(long emittedSlots, bool ended, string reason)
    {
        if (Armed is not null)
        {
            Connection?.Send(new ProgressReport(new EncoderProgress(Armed.Light.Session, emittedSlots, ended, reason)));
            if (ended)
            {
                Armed.Dispose();
                Armed = null;
            }
        }
    }
}
