using System.CommandLine;
using MdiQkd.DeviceTools.Reports;

namespace MdiQkd.DeviceTools;

/// <summary>`mdiqkd device info`: what a board is, how it is set, how it is.</summary>
internal static class InfoCommand
{
    internal static Command Make()
    {
        Argument<string> address = DeviceArguments.Address();
        Option<bool> json = DeviceArguments.Json();
        Command command = new("info", "What a board is, its settings with their ranges, its health and its faults.") { address, json };
        command.SetAction((result, ct) => DeviceAction.RunAsync(
            result,
            address,
            async session =>
            {
                InfoReport report = await InfoReport.AskAsync(session, ct).ConfigureAwait(false);
                TextWriter output = result.InvocationConfiguration.Output;
                if (result.GetValue(json))
                {
                    await output.WriteLineAsync(DeviceJson.Write(report)).ConfigureAwait(false);
                }
                else
                {
                    report.Write(output);
                }

                return DeviceAction.Success;
            },
            ct));
        return command;
    }
}
