using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>Something that happened on a board or its link without being asked for.</summary>
/// <param name="Kind">What.</param>
/// <param name="Fault">The fault that came or went, or that holds the switch dark; None if there is none.</param>
/// <param name="Detail">What the fault says: a register, a port, a count.</param>
/// <param name="Count">How often the fault came since the board's start.</param>
/// <param name="Text">For a technician: what happened and what to look at.</param>
public sealed record DeviceEvent(DeviceEventKind Kind, FaultCode Fault, int Detail, uint Count, string Text);
