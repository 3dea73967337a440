using System.CommandLine;
using MdiQkd.DeviceTools.Reports;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools;

/// <summary>`mdiqkd device selftest`: looks at every part of a board.</summary>
internal static class SelfTestCommand
{
    internal static Command Make()
    {
        Argument<string> address = DeviceArguments.Address();
        Option<bool> json = DeviceArguments.Json();
        Command command = new("selftest", "Look at every part of a board; the light is blocked. Exit code 1 if a step fails.")
        {
            address, json,
        };
        command.SetAction((result, ct) => DeviceAction.RunAsync(
            result,
            address,
            async session =>
            {
                SelfTestReply reply = await DeviceAction.WhenQuietAsync(
                    () => session.SelfTestAsync(ct), TimeProvider.System, ct).ConfigureAwait(false);
                SelfTestReport report = SelfTestReport.From(session.Information.Name, reply);
                TextWriter output = result.InvocationConfiguration.Output;
                if (result.GetValue(json))
                {
                    await output.WriteLineAsync(DeviceJson.Write(report)).ConfigureAwait(false);
                }
                else
                {
                    report.Write(output);
                }

                return report.Passed ? DeviceAction.Success
                    : await DeviceAction.FailAsync(result, $"{session.Address}: {report.Failures()}", DeviceAction.Failure)
                        .ConfigureAwait(false);
            },
            ct));
        return command;
    }
}
