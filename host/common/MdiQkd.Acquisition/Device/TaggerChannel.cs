using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>A channel of a board's tagger that is in use.</summary>
/// <param name="Channel">Number in the tags.</param>
/// <param name="Role">What is connected.</param>
/// <param name="Index">Which of its role, from 0.</param>
public sealed record TaggerChannel(int Channel, ChannelRole Role, int Index);
