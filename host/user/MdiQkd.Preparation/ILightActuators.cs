using System.Threading.Channels;
using MdiQkd.Protocol;

namespace MdiQkd.Preparation;

/// <summary>Delay line, laser frequency and polarisation controller of a user node, beside its <see cref="IStateEncoder"/>.</summary>
public interface ILightActuators
{
    /// <summary>Where the actuators stand, after each change; a slow reader may miss older reports, never the newest.</summary>
    ChannelReader<AlignmentReport> Alignments { get; }

    /// <summary>Moves the actuators; the report says from when the light has the settings.</summary>
    /// <param name="setting">Absolute settings, without a fault.</param>
    /// <param name="ct">Cancels the command.</param>
    /// <exception cref="StateEncoderException">Device lost.</exception>
    Task AlignAsync(LightAlignment setting, CancellationToken ct);
}
