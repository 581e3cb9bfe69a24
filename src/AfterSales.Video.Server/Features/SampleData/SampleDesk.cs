using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.SampleData;

/// <summary>Made-up tickets and colleagues for a first look (--sample). Adds them once; never in production.</summary>
internal static class SampleDesk
{
    public static async Task EnsureAsync(IServiceProvider services, CancellationToken ct)
    {
        await using var scope = services.GetRequiredService<IServiceScopeFactory>().CreateTenantScope(TenantScope.Default);
        if (await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<TicketRow>().AnyAsync(ct))
            return;
        var ticketing = scope.ServiceProvider.GetRequiredService<Ticketing>();
        foreach (var ticket in Tickets)
            await ticketing.OpenAsync(ticket, ct);
        var accounts = scope.ServiceProvider.GetRequiredService<AgentAccounts>();
        foreach (var agent in Agents)
            await accounts.CreateAsync(TenantScope.Default, agent);
    }

    // Their one-time passwords are thrown away: an administrator gives out new ones on the accounts page.
    private static readonly CreateAgentRequest[] Agents =
    [
        new("lin.yue@example.com", "林悦", ["agent"]),
        new("zhao.lei@example.com", "赵磊", ["supervisor", "agent"]),
        new("mia.brandt@example.com", "Mia Brandt", ["reviewer"]),
    ];

    private static readonly OpenTicketRequest[] Tickets =
    [
        new("直播间买的空气炸锅一通电就跳闸", "王小明", "13812344821", "product", "douyin", "69230014821", [new("AF-50L", "可视空气炸锅 5L 云雾白", 1, 299.00m, "CNY")]),
        new("Left earbud stays silent after pairing", "Anna Schmidt", "+49 171 5550143", "product", "shopify", "SH-20418", [new("EB-01-BLK", "Wireless earbuds, black", 1, 79.90m, "EUR")]),
        new("快递显示已签收，但我没有收到", "陈雨桐", "13700138902", "logistics", "taobao", "3920147765012", [new("DR-M-RED", "法式碎花连衣裙 红 M", 1, 219.00m, "CNY"), new("BL-S", "细腰带", 1, 39.00m, "CNY")]),
        new("主播说送两瓶精华，实际只收到一瓶", "刘芳", "13555550166", "promise", "kuaishou", "KS88120934", [new("SE-30", "烟酰胺精华液 30ml", 2, 129.00m, "CNY")]),
        new("Coffee machine: error E4 on first start", "James O'Neill", "+353 85 555 0127", "setup", "amazon", "702-5540189-33", [new("CM-200", "Espresso machine 200", 1, 389.00m, "EUR")]),
        new("拼接地毯尺寸与页面不符，要求退差价", "赵建国", "15900001234", "policy", "pinduoduo", "PDD2410-77120", [new("RG-160", "客厅地毯 160×230", 1, 168.00m, "CNY")]),
        new("Robot vacuum does not return to its dock", "Sofia Rossi", "+39 347 555 0199", "product", "tiktok", "TT-5580021", [new("RV-9", "Robot vacuum RV-9", 1, 259.00m, "EUR")]),
        new("净水器接头漏水，不会安装", "孙丽", "18600007788", "setup", "jd", "JD0099812345", [new("WP-3", "厨下式净水器", 1, 1299.00m, "CNY")]),
    ];
}
